package org.irqlab.kernel.napi;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

/**
 * What the thread of an instance does: sleeps until the instance is given to it, and polls it with
 * bottom halves off until it has completed.
 *
 * @see "Linux net/core/dev.c, napi_thread_wait and napi_threaded_poll_loop"
 */
final class NapiThread {
    private NapiThread() {}

    static void loop(NapiCore core, Napi napi, Task self) {
        while (true) {
            await(napi, self);
            boolean again = true;
            while (again) {
                KernelCpu cpu = self.cpu();
                cpu.bhDisable();
                again = (core.poll(napi, cpu) & NapiCore.REPOLL) != 0;
                cpu.bhEnable();
                if (again) {
                    // A poll point, for the tick.
                    self.cpu().hw().poll();
                }
                self.cpu().scheduler().reschedulePoint();
            }
        }
    }

    private static void await(Napi napi, Task self) {
        while (true) {
            self.prepareToSleep('S');
            // After the announcement: who gives the instance sets the bit, then wakes.
            if (napi.state.has(NapiState.SCHED_THREADED)) {
                self.finishSleep();
                return;
            }
            self.cpu().scheduler().schedule();
        }
    }
}
