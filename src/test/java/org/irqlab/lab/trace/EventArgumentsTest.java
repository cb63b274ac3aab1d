package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;

@Timeout(30)
class EventArgumentsTest {
    /** Event, arguments, and what {@link EventText} makes of them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "irq_handler_entry | irq=36 name=virtio1-req.0 | irq=36 name=virtio1-req.0",
                "irq_handler_entry | irq=0 name=Out-of-band LAPIC timer interrupt"
                        + "| irq=0 name=Out-of-band LAPIC timer interrupt",
                "irq_handler_entry | irq=9 handler=acpi | irq=9 name=acpi",
                "irq_handler_exit | irq=36 ret=handled | irq=36 ret=1",
                "irq_handler_exit | irq=36 ret=unhandled | irq=36 ret=0",
                "irq_handler_exit | irq=36 ret=2 | irq=36 ret=2",
                "softirq_raise | vec=9 [action=RCU] | number=9",
                "softirq_entry | vec=0 [action=HI] | number=0",
                "softirq_exit | vec=3 [action=NET_RX] | number=3",
                "tasklet_entry | tasklet=00000000308c09f7 function=tasklet_fn"
                        + "| object=308c09f7 function=tasklet_fn",
                "tasklet_exit | tasklet=0xffff8881abcdef01 function=fn [module]"
                        + "| object=ffff8881abcdef01 function=fn [module]",
                "workqueue_queue_work | work struct=000000004f9efb47 function=wb_workfn"
                        + " workqueue=writeback req_cpu=256 cpu=-1"
                        + "| object=4f9efb47 function=wb_workfn workqueue=writeback req_cpu=256"
                        + " cpu=-1",
                "workqueue_queue_work | work struct=00000000abc function=xlog_ioend_work [xfs]"
                        + " workqueue=xfs-log/vda1 req_cpu=8192 cpu=0"
                        + "| object=abc function=xlog_ioend_work [xfs] workqueue=xfs-log/vda1"
                        + " req_cpu=8192 cpu=0",
                "workqueue_queue_work | work struct=0000000000000abc function=f"
                        + " workqueue=00000000deadbeef req_cpu=1 cpu=1"
                        + "| object=abc function=f workqueue=00000000deadbeef req_cpu=1 cpu=1",
                "workqueue_queue_work | work struct=(null) function=f workqueue=w req_cpu=1 cpu=1"
                        + "| object=0 function=f workqueue=w req_cpu=1 cpu=1",
                "workqueue_activate_work | work struct 00000000abc function=f | object=abc"
                        + " function=f",
                "workqueue_activate_work | work struct 00000000abc | object=abc function=",
                "workqueue_execute_start | work struct 00000000abc: function f | object=abc"
                        + " function=f",
                "workqueue_execute_end | work struct 00000000abc: function f | object=abc"
                        + " function=f",
                "workqueue_execute_end | work struct 00000000abc | object=abc function=",
                "sched_switch | prev_comm=swapper/1 prev_pid=0 prev_prio=120 prev_state=R ==>"
                        + " next_comm=irq/45-nvme0q1 next_pid=9 next_prio=49"
                        + "| prev=swapper/1 0 120 R comm=irq/45-nvme0q1 pid=9 prio=49",
                "sched_switch | prev_comm=a prev_pid=1 b prev_pid=7 prev_prio=-1 prev_state=R+ ==>"
                        + " next_comm=VM Thread next_pid=9 next_prio=120"
                        + "| prev=a prev_pid=1 b 7 -1 R+ comm=VM Thread pid=9 prio=120",
                "sched_switch | prev_comm=x ==> y prev_pid=1 prev_prio=120 prev_state=t ==>"
                        + " next_comm== next_pid=2 next_prio=0"
                        + "| prev=x ==> y 1 120 t comm== pid=2 prio=0",
                "sched_waking | comm=memfd:sealed-91 pid=2581 prio=120 target_cpu=000"
                        + "| comm=memfd:sealed-91 pid=2581 prio=120 cpu=0",
                "sched_wakeup | comm=a b pid=5 prio=19 success=1 target_cpu=003"
                        + "| comm=a b pid=5 prio=19 cpu=3",
                "sched_wakeup_new | comm=sh pid=5 prio=120 target_cpu=1023"
                        + "| comm=sh pid=5 prio=120 cpu=1023",
                "sched_migrate_task | comm=tokio-rt-worker pid=70 prio=120 orig_cpu=1 dest_cpu=0"
                        + "| comm=tokio-rt-worker pid=70 prio=120 1->0",
                "napi_poll | napi poll on napi struct 00000000308c09f7 for device (no_device) work"
                        + " 2 budget 64 | object=308c09f7 device=(no_device) work=2 of 64",
                "napi_poll | napi poll on napi struct 00000000308c09f7 for device eth0"
                        + "| object=308c09f7 device=eth0 work=-1 of -1",
                "local_timer_entry | vector=236 | number=236",
                "reschedule_exit | vector=253 | number=253",
                "call_function_entry | vector=252 | number=252",
                "call_function_single_exit | vector=251 | number=251",
                "irq_work_entry | vector=246 | number=246"
            })
    void readsTheArgumentsOfEachEventAsOldAndNewKernelsPrintThem(
            String event, String arguments, String expected) {
        assertEquals(expected.strip(), read(event, arguments));
    }

    /** Event, arguments, and what is said to be missing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "irq_handler_entry | irq= name=x | a number",
                "irq_handler_entry | irq=-3 name=x | a number from 0",
                "irq_handler_entry | irq=3 | 'name='",
                "irq_handler_entry | irq=99999999999 name=x | below 2^31",
                "irq_handler_entry | irq=9999999999999999999 name=x | at most 18 digits",
                "irq_handler_exit | irq=3 ret=maybe | 'handled' or 'unhandled'",
                "irq_handler_exit | irq=3 | 'ret='",
                "softirq_entry | vec=10 [action=X] | from 0 to 9",
                "softirq_raise | | 'vec='",
                "workqueue_queue_work | work struct=1 function=f req_cpu=1 cpu=1 | 'workqueue='",
                "workqueue_queue_work | work struct= function=f workqueue=w req_cpu=1 cpu=1"
                        + "| an address",
                "workqueue_activate_work | 000abc function=f | 'work struct'",
                "workqueue_execute_start | work struct 1: fn f | 'function'",
                "sched_switch | perf:14381 [120] X ==> bash:14380 [120] | 'prev_comm='",
                "sched_switch | prev_comm=a prev_pid=1 prev_prio=1 prev_state= ==> next_comm=b"
                        + " next_pid=1 next_prio=1 | a task state",
                "sched_switch | prev_comm=a prev_pid=1 prev_prio=1 prev_state=S | '==>'",
                "sched_waking | comm=x pid=1 prio=1 target_cpu=4096 | from 0 to 4095",
                "sched_wakeup | comm=x prio=1 target_cpu=0 | 'pid='",
                "sched_wakeup | comm=x pid=1 target_cpu=0 | 'pid='",
                "sched_migrate_task | comm=x pid=1 prio=1 orig_cpu=1 | 'dest_cpu='",
                "napi_poll | poll of eth0 | 'napi poll on napi struct'",
                "napi_poll | napi poll on napi struct 1 for device e work x budget 3 | a number",
                "local_timer_entry | 236 | 'vector='"
            })
    void refusesMalformedArgumentsAndShowsTheGrammar(
            String event, String arguments, String expected) {
        var e = assertThrows(TraceFormatException.class, () -> read(event, arguments));
        assertEquals(1, e.line());
        String start = "t:1: malformed " + event.strip() + ": expected ";
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
        assertTrue(e.what().contains(expected.strip()), e.getMessage());
        assertTrue(e.hint().startsWith("the kernel prints: "), e.getMessage());
    }

    @Test
    void readsOverEventsItDoesNotKnow() {
        assertEquals("csd_function_entry", read("csd_function_entry", "func=x csd=y"));
    }

    @Test
    void namesThatAreNoAddressAreToldApart() {
        String one = read("tasklet_entry", "tasklet=one function=f");
        String other = read("tasklet_entry", "tasklet=other function=f");
        assertTrue(one.startsWith("object=") && !one.equals(other), one + " " + other);
    }

    private static String read(String event, String arguments) {
        String line =
                "          <idle>-0       [001] d.h1.  2297.669254: %s: %s\n"
                        .formatted(event.strip(), arguments == null ? "" : arguments.strip());
        var reader =
                new TracefsReader(
                        TraceInput.bytes("t", line.getBytes(StandardCharsets.ISO_8859_1)),
                        OptionalDouble.empty());
        var text = new EventText(reader.names());
        reader.read(text);
        String kind = event.strip();
        String only = text.events.getFirst();
        int place = only.indexOf(" " + kind + " ");
        return place < 0
                ? only.substring(only.indexOf(" other ") + " other ".length())
                : only.substring(place + kind.length() + 2);
    }
}
