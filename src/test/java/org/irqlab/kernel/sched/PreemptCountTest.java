package org.irqlab.kernel.sched;

import static org.irqlab.kernel.sched.PreemptCount.HARDIRQ_OFFSET;
import static org.irqlab.kernel.sched.PreemptCount.NMI_OFFSET;
import static org.irqlab.kernel.sched.PreemptCount.PREEMPT_OFFSET;
import static org.irqlab.kernel.sched.PreemptCount.SOFTIRQ_DISABLE_OFFSET;
import static org.irqlab.kernel.sched.PreemptCount.SOFTIRQ_OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.TimeUnit;

/** The predicates of Linux include/linux/preempt.h, context by context. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class PreemptCountTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        // context, p, bh, s, h, n, inNmi, inHardirq, serving, inSoftirq, inInterrupt, inTask,
        // atomic
        "a task,                            0, 0, 0, 0, 0, F, F, F, F, F, T, F",
        "a task that preemption leaves,     3, 0, 0, 0, 0, F, F, F, F, F, T, T",
        "a task with bottom halves off,     0, 1, 0, 0, 0, F, F, F, T, T, T, T",
        "the same twice nested,             0, 2, 0, 0, 0, F, F, F, T, T, T, T",
        "a softirq,                         0, 0, 1, 0, 0, F, F, T, T, T, F, T",
        "a softirq with bottom halves off,  1, 1, 1, 0, 0, F, F, T, T, T, F, T",
        "a hardirq over a task,             0, 0, 0, 1, 0, F, T, F, F, T, F, T",
        "a hardirq over bottom halves off,  0, 1, 0, 1, 0, F, T, F, T, T, F, T",
        "a hardirq over a softirq,          0, 0, 1, 1, 0, F, T, T, T, T, F, T",
        "the deepest hardirq,               0, 0, 0, 15, 0, F, T, F, F, T, F, T",
        "an NMI over a task,                0, 0, 0, 0, 1, T, F, F, F, T, F, T",
        "an NMI over everything,          255, 60, 1, 1, 1, T, T, T, T, T, F, T",
    })
    void knowsItsContext(
            String context,
            int preempt,
            int bhDisabled,
            int serving,
            int hardirq,
            int nmi,
            String inNmi,
            String inHardirq,
            String inServing,
            String inSoftirq,
            String inInterrupt,
            String inTask,
            String inAtomic) {
        int count =
                preempt * PREEMPT_OFFSET
                        + bhDisabled * SOFTIRQ_DISABLE_OFFSET
                        + serving * SOFTIRQ_OFFSET
                        + hardirq * HARDIRQ_OFFSET
                        + nmi * NMI_OFFSET;
        assertEquals(inNmi.equals("T"), PreemptCount.inNmi(count), "in NMI");
        assertEquals(inHardirq.equals("T"), PreemptCount.inHardirq(count), "in hardirq");
        assertEquals(inServing.equals("T"), PreemptCount.inServingSoftirq(count), "serving");
        assertEquals(inSoftirq.equals("T"), PreemptCount.inSoftirq(count), "in softirq");
        assertEquals(inInterrupt.equals("T"), PreemptCount.inInterrupt(count), "in interrupt");
        assertEquals(inTask.equals("T"), PreemptCount.inTask(count), "in task");
        assertEquals(inAtomic.equals("T"), PreemptCount.inAtomic(count), "in atomic");
        assertEquals(preempt, PreemptCount.preemptDepth(count));
        assertEquals(bhDisabled, PreemptCount.bhDisableDepth(count));
        assertEquals(hardirq, PreemptCount.hardirqDepth(count));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50, 99})
    void showsFifoPrioritiesAsTheKernelDoes(int rt) {
        var policy = rt == 0 ? TaskPolicy.fair(0) : TaskPolicy.fifo(rt);
        assertEquals(rt == 0 ? 120 : 99 - rt, policy.kernelPrio());
        assertEquals(rt > 0, policy.realTime());
        assertEquals(policy, TaskPolicy.ofKernelPrio(policy.kernelPrio()));
    }

    @ParameterizedTest
    @ValueSource(ints = {-20, -1, 0, 19})
    void showsNiceValuesAsTheKernelDoes(int nice) {
        assertEquals(120 + nice, TaskPolicy.fair(nice).kernelPrio());
        assertEquals(TaskPolicy.fair(nice), TaskPolicy.ofKernelPrio(120 + nice));
    }
}
