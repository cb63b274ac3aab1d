package org.irqlab.kernel.napi;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;

import java.util.ArrayList;
import java.util.List;

/** The machine's NAPI as the script's target; the machine stands still. */
final class RealNapi implements NapiScript.Target {
    /** So long that no run reaches its time limit. */
    private static final long NO_TICK_NS = 100 * 86_400_000_000_000L;

    final List<String> log = new ArrayList<>();
    private final TestMachine machine;
    private final NapiScript script;
    private final NapiCore core;
    private final Napi[] napis = new Napi[NapiScript.INSTANCES];
    private final int[] events = new int[NapiScript.INSTANCES];
    private int depth;

    RealNapi(TestMachine machine, NapiScript script) {
        this.machine = machine;
        this.script = script;
        core = new NapiCore(machine.machine(), NapiSettings.linux618(), NO_TICK_NS);
        for (int i = 0; i < napis.length; i++) {
            int number = i;
            napis[i] = core.add("n" + i, (napi, budget, cpu) -> poll(number, budget, cpu));
            core.enable(napis[i], machine.cpu(0));
        }
        for (int cpu = 0; cpu < NapiScript.CPUS; cpu++) {
            // The script says when NET_RX runs.
            machine.cpu(cpu).bhDisable();
            machine.cpu(cpu).hw().irqEnable();
        }
    }

    private int poll(int number, int budget, KernelCpu cpu) {
        int work = Math.min(budget, events[number]);
        events[number] -= work;
        log.add("poll %d on %d: %d".formatted(number, cpu.id(), work));
        script.duringPoll(number, cpu.id(), depth > 1, this);
        if (work < budget) {
            boolean unmask = core.completeDone(napis[number], work, cpu);
            log.add("complete %d %b".formatted(number, unmask));
        }
        return work;
    }

    @Override
    public void events(int napi, int count) {
        events[napi] += count;
    }

    @Override
    public void schedule(int napi, int cpu) {
        log.add("schedule " + napi + " " + core.schedule(napis[napi], machine.cpu(cpu)));
    }

    @Override
    public void runNetRx(int cpu) {
        depth++;
        core.netRx(cpu).run();
        depth--;
    }

    @Override
    public void disable(int napi) {
        NapiState state = napis[napi].state;
        if (!state.has(NapiState.NPSVC)) {
            state.announceDisable();
            if (state.tryDisable()) {
                state.endDisable();
            }
        }
    }

    @Override
    public void enable(int napi, int cpu) {
        log.add("enable " + core.enable(napis[napi], machine.cpu(cpu)));
    }

    @Override
    public void busyPoll(int napi, int cpu) {
        boolean took = napis[napi].state.tryBusyPoll();
        log.add("busy " + took);
        if (took) {
            depth++;
            core.busyTurn(napis[napi], machine.cpu(cpu));
            core.busyStop(napis[napi], false, machine.cpu(cpu));
            depth--;
        }
    }

    String state() {
        var text = new StringBuilder();
        for (int i = 0; i < napis.length; i++) {
            NapiState state = napis[i].state;
            text.append(state.has(NapiState.SCHED) ? 'S' : '-')
                    .append(state.has(NapiState.MISSED) ? 'M' : '-')
                    .append(state.has(NapiState.DISABLE) ? 'D' : '-')
                    .append(state.has(NapiState.NPSVC) ? 'N' : '-')
                    .append(events[i])
                    .append(
                            " %d/%d/%d "
                                    .formatted(
                                            napis[i].scheduled(),
                                            napis[i].missed(),
                                            napis[i].refused()));
        }
        for (int cpu = 0; cpu < NapiScript.CPUS; cpu++) {
            NetRx rx = core.netRx(cpu);
            text.append(" %d/%d/%d".formatted(rx.runs(), rx.processed(), rx.timeSqueeze()));
        }
        return text.toString();
    }
}
