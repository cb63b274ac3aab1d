package org.irqlab.kernel.diag;

import java.util.List;
import java.util.Set;

/**
 * Where guest code stands, for reports: the frames above the kernel's own checking.
 *
 * <p>Dear: only for what is reported, or seen for the first time.
 */
public final class CallStack {
    /** Most frames of a trace. */
    public static final int MOST = 10;

    private static final Set<String> CHECKING =
            Set.of(
                    "org.irqlab.kernel.diag.CallStack",
                    "org.irqlab.kernel.sched.ContextRules",
                    "org.irqlab.kernel.sched.KernelCpu",
                    "org.irqlab.kernel.locking.LockClass",
                    "org.irqlab.kernel.locking.LockMap",
                    "org.irqlab.kernel.locking.Lockdep",
                    "org.irqlab.kernel.locking.Mutex",
                    "org.irqlab.kernel.locking.RtMutex",
                    "org.irqlab.kernel.locking.SpinLock");
    private static final StackWalker WALKER = StackWalker.getInstance();

    private CallStack() {}

    /** Returns a line for each frame, the innermost first. */
    public static List<String> here() {
        return WALKER.walk(frames ->
                frames.dropWhile(frame -> checking(frame.getClassName()))
                        .limit(MOST)
                        .map(frame -> line(frame.toStackTraceElement()))
                        .toList());
    }

    private static boolean checking(String type) {
        return CHECKING.contains(type);
    }

    /** Returns the line of one frame. */
    public static String line(StackTraceElement frame) {
        String type = frame.getClassName();
        return " %s.%s(%s:%d)"
                .formatted(
                        type.substring(type.lastIndexOf('.') + 1),
                        frame.getMethodName(),
                        frame.getFileName(),
                        frame.getLineNumber());
    }
}
