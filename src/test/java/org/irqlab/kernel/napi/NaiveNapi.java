package org.irqlab.kernel.napi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The rules of NAPI, said as plainly as possible. */
final class NaiveNapi implements NapiScript.Target {
    private static final int WEIGHT = 64;
    private static final int BUDGET = 300;
    private static final int BUSY_BUDGET = 8;

    final List<String> log = new ArrayList<>();
    private final NapiScript script;
    private final Instance[] napis = new Instance[NapiScript.INSTANCES];
    private final List<Deque<Instance>> lists =
            new ArrayList<>(List.of(new ArrayDeque<>(), new ArrayDeque<>()));
    private final int[][] counts = new int[NapiScript.CPUS][3];
    private int depth;

    private static final class Instance {
        final int number;
        boolean owned;
        boolean missed;
        boolean disabling;
        boolean disabled;
        boolean busy;
        int events;
        final int[] requests = new int[3];

        Instance(int number) {
            this.number = number;
        }
    }

    NaiveNapi(NapiScript script) {
        this.script = script;
        for (int i = 0; i < napis.length; i++) {
            napis[i] = new Instance(i);
        }
    }

    @Override
    public void events(int napi, int count) {
        napis[napi].events += count;
    }

    @Override
    public void schedule(int napi, int cpu) {
        Instance n = napis[napi];
        NapiRequest request =
                n.disabling
                        ? NapiRequest.DISABLED
                        : n.owned ? NapiRequest.MISSED : NapiRequest.SCHEDULED;
        n.requests[request.ordinal()]++;
        n.missed |= request == NapiRequest.MISSED;
        if (request == NapiRequest.SCHEDULED) {
            n.owned = true;
            lists.get(cpu).add(n);
        }
        log.add("schedule " + napi + " " + request);
    }

    @Override
    public void runNetRx(int cpu) {
        depth++;
        counts[cpu][0]++;
        int budget = BUDGET;
        var todo = new ArrayDeque<Instance>();
        var again = new ArrayDeque<Instance>();
        boolean squeezed = false;
        while (!squeezed) {
            if (todo.isEmpty()) {
                if (!again.isEmpty() || lists.get(cpu).isEmpty()) {
                    break;
                }
                todo.addAll(lists.get(cpu));
                lists.get(cpu).clear();
            }
            Instance n = todo.remove();
            int work = pollWithWeight(n, cpu, again);
            counts[cpu][1] += work;
            budget -= work;
            squeezed = budget <= 0;
        }
        counts[cpu][2] += squeezed ? 1 : 0;
        todo.addAll(lists.get(cpu));
        todo.addAll(again);
        lists.set(cpu, todo);
        depth--;
    }

    private int pollWithWeight(Instance n, int cpu, Deque<Instance> again) {
        int work = poll(n, WEIGHT, cpu);
        if (work == WEIGHT) {
            if (n.disabling) {
                complete(n, cpu);
            } else {
                again.add(n);
            }
        }
        return work;
    }

    private int poll(Instance n, int budget, int cpu) {
        int work = Math.min(budget, n.events);
        n.events -= work;
        log.add("poll %d on %d: %d".formatted(n.number, cpu, work));
        script.duringPoll(n.number, cpu, depth > 1, this);
        if (work < budget) {
            log.add("complete %d %b".formatted(n.number, complete(n, cpu)));
        }
        return work;
    }

    private boolean complete(Instance n, int cpu) {
        if (n.busy) {
            return false;
        }
        if (n.missed) {
            n.missed = false;
            lists.get(cpu).add(n);
            return false;
        }
        n.owned = false;
        return true;
    }

    @Override
    public void disable(int napi) {
        Instance n = napis[napi];
        if (!n.disabled) {
            n.disabling = n.owned;
            n.disabled = !n.owned;
            n.owned = true;
        }
    }

    @Override
    public void enable(int napi, int cpu) {
        Instance n = napis[napi];
        log.add("enable " + n.disabled);
        n.owned &= !n.disabled;
        n.disabled = false;
    }

    @Override
    public void busyPoll(int napi, int cpu) {
        Instance n = napis[napi];
        boolean took = !n.owned && !n.disabling;
        log.add("busy " + took);
        if (took) {
            depth++;
            n.owned = true;
            n.busy = true;
            poll(n, BUSY_BUDGET, cpu);
            n.busy = false;
            n.missed = false;
            if (poll(n, BUSY_BUDGET, cpu) == BUSY_BUDGET) {
                lists.get(cpu).add(n);
            }
            depth--;
        }
    }

    int squeezes() {
        return counts[0][2] + counts[1][2];
    }

    String state() {
        var text = new StringBuilder();
        for (Instance n : napis) {
            text.append(n.owned ? 'S' : '-')
                    .append(n.missed ? 'M' : '-')
                    .append(n.disabling ? 'D' : '-')
                    .append(n.disabled ? 'N' : '-')
                    .append(n.events)
                    .append(" %d/%d/%d ".formatted(n.requests[0], n.requests[1], n.requests[2]));
        }
        for (int[] c : counts) {
            text.append(" %d/%d/%d".formatted(c[0], c[1], c[2]));
        }
        return text.toString();
    }
}
