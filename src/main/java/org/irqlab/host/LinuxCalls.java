package org.irqlab.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.irqlab.base.HotPath;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;

/**
 * The Linux calls irqlab makes, on x86-64 and AArch64; where {@link #AVAILABLE} is false none may
 * be made.
 */
final class LinuxCalls {
    /** Whether this is a Linux whose calling convention and call numbers are known here. */
    static final boolean AVAILABLE;

    private static final int PR_SET_NAME = 15;
    private static final int PR_SET_TIMERSLACK = 29;
    private static final long FUTEX_WAIT_PRIVATE = 128L;
    private static final long FUTEX_WAKE_PRIVATE = 129L;
    private static final long MAX_ERROR_TEXT_BYTES = 256L;
    private static final long SYS_FUTEX;

    static {
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        SYS_FUTEX =
                switch (arch) {
                    case "amd64", "x86_64" -> 202L;
                    case "aarch64" -> 98L;
                    default -> -1L;
                };
        AVAILABLE = SYS_FUTEX > 0 && "Linux".equals(System.getProperty("os.name"));
    }

    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout()
                    .varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle FUTEX =
            find(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1));
    private static final MethodHandle GETCPU =
            find("sched_getcpu", FunctionDescriptor.of(JAVA_INT), Linker.Option.critical(false));
    private static final MethodHandle GETTID = find("gettid", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle SET_AFFINITY =
            find(
                    "sched_setaffinity",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    ERRNO);
    private static final MethodHandle GET_AFFINITY =
            find(
                    "sched_getaffinity",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    ERRNO);
    private static final MethodHandle SET_SCHEDULER =
            find(
                    "sched_setscheduler",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
                    ERRNO);
    private static final MethodHandle SET_PRIORITY =
            find(
                    "setpriority",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                    ERRNO);
    private static final MethodHandle PRCTL_LONG =
            find(
                    "prctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1),
                    ERRNO);
    private static final MethodHandle PRCTL_TEXT =
            find(
                    "prctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS),
                    Linker.Option.firstVariadicArg(1),
                    ERRNO);
    private static final MethodHandle STRERROR =
            find("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    private LinuxCalls() {}

    private static MethodHandle find(
            String name, FunctionDescriptor type, Linker.Option... options) {
        if (!AVAILABLE) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    /**
     * Sleeps while the word at {@code address} is {@code expected}; returns for any reason the
     * kernel has.
     *
     * @param timeoutAddress address of a relative {@code struct timespec}, 0 for none
     */
    @HotPath
    static void futexWait(long address, int expected, long timeoutAddress) {
        futex(address, FUTEX_WAIT_PRIVATE, expected, timeoutAddress);
    }

    /** Wakes up to {@code count} sleepers; returns how many, or -1 on failure. */
    @HotPath
    static long futexWake(long address, int count) {
        return futex(address, FUTEX_WAKE_PRIVATE, count, 0L);
    }

    private static long futex(long address, long operation, long value, long timeoutAddress) {
        try {
            return (long) FUTEX.invokeExact(SYS_FUTEX, address, operation, value, timeoutAddress);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @HotPath
    static int currentCpu() {
        try {
            return (int) GETCPU.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int threadId() {
        try {
            return (int) GETTID.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Returns 0, or the error number. */
    static int setAffinity(int tid, MemorySegment mask) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            return errorOf(
                    (int) SET_AFFINITY.invokeExact(state, tid, mask.byteSize(), mask), state);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Fills {@code mask}; returns 0, or the error number. */
    static int getAffinity(int tid, MemorySegment mask) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            return errorOf(
                    (int) GET_AFFINITY.invokeExact(state, tid, mask.byteSize(), mask), state);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Returns 0, or the error number. */
    static int setScheduler(int tid, int policy, int priority) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            MemorySegment parameter = arena.allocateFrom(JAVA_INT, priority);
            return errorOf((int) SET_SCHEDULER.invokeExact(state, tid, policy, parameter), state);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sets the nice value of one thread; returns 0, or the error number. */
    static int setNice(int tid, int nice) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            return errorOf((int) SET_PRIORITY.invokeExact(state, 0, tid, nice), state);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Returns 0, or the error number. */
    static int setTimerSlack(long slackNs) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            return errorOf((int) PRCTL_LONG.invokeExact(state, PR_SET_TIMERSLACK, slackNs), state);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Names the calling thread; the kernel cuts at 15 bytes. Returns 0, or the error number. */
    static int setThreadName(String name) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            MemorySegment text = arena.allocateFrom(name);
            return errorOf((int) PRCTL_TEXT.invokeExact(state, PR_SET_NAME, text), state);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Returns the C library's text for an error number. */
    static String errorText(int errno) {
        try {
            var text = (MemorySegment) STRERROR.invokeExact(errno);
            return text.reinterpret(MAX_ERROR_TEXT_BYTES).getString(0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static int errorOf(int result, MemorySegment state) {
        return result == -1 ? (int) ERRNO_VALUE.get(state, 0L) : 0;
    }

    private static IllegalStateException unexpected(Throwable e) {
        return new IllegalStateException("native call failed outside the call itself", e);
    }
}
