package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.workqueue.setup.WorkqueueFlag;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.TimeUnit;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class WorkqueueFlagsTest {
    @ParameterizedTest
    @EnumSource(
            value = WorkqueueFlag.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BH", "HIGHPRI", "PERCPU"})
    void allowsABottomHalfQueueNothingButPriority(WorkqueueFlag flag) {
        assertThrows(
                IllegalArgumentException.class, () -> WorkqueueFlags.of(WorkqueueFlag.BH, flag));
    }

    @Test
    void isEitherUnboundOrPerCpu() {
        assertThrows(
                IllegalArgumentException.class,
                () -> WorkqueueFlags.of(WorkqueueFlag.UNBOUND, WorkqueueFlag.PERCPU));
    }

    @Test
    void takesAnOrderedQueueForUnbound() {
        assertTrue(WorkqueueFlags.ORDERED.unbound());
        assertFalse(WorkqueueFlags.UNBOUND.ordered());
    }

    @Test
    void ignoresCpuIntensiveOfAnUnboundQueue() {
        assertTrue(WorkqueueFlags.CPU_INTENSIVE.cpuIntensive());
        assertFalse(
                WorkqueueFlags.UNBOUND.with(WorkqueueFlag.CPU_INTENSIVE).cpuIntensive());
    }

    @Test
    void refusesALimitOfABottomHalfQueue() throws InterruptedException {
        try (var m = new WorkMachine(1, 1)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> m.workqueues.create("bh", WorkqueueFlags.BH, 1));
            assertEquals(
                    Integer.MAX_VALUE, m.workqueues.systemBh().maxActive(), "without a limit");
        }
    }
}
