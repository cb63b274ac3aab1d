package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.base.trace.TraceRing;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Pools against their plain model: the machine stands still, and the test takes the steps of queues
 * and workers in random order.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkerPoolModelTest {
    private static final int SEEDS = 96;
    private static final int OPERATIONS = 256;
    private static final int CPUS = 2;
    private static final int ITEMS = 7;

    private static final WorkqueueFlags[] FLAGS = {
        WorkqueueFlags.PER_CPU,
        WorkqueueFlags.PER_CPU,
        WorkqueueFlags.CPU_INTENSIVE,
        WorkqueueFlags.UNBOUND,
        WorkqueueFlags.ORDERED,
        WorkqueueFlags.HIGH_PRIORITY,
    };
    private static final int[] MAX_ACTIVE = {1, 3, 2, 2, 1, 2};

    private Random random;
    private Workqueues real;
    private KernelCpu[] cpus;
    private final List<Workqueue> queues = new ArrayList<>();
    private final List<WorkItem> items = new ArrayList<>();
    private final List<WorkerPool> pools = new ArrayList<>();
    private ModelPools model;
    private final List<ModelPools.Pool> modelPools = new ArrayList<>();
    private final ModelPools.Link[][] links = new ModelPools.Link[FLAGS.length][CPUS];

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void agreesWithThePlainModel(int workersPerPool) {
        for (int seed = 0; seed < SEEDS; seed++) {
            String where = "workers=" + workersPerPool + " seed=" + seed;
            var spec =
                    MachineSpec.unpinned(CPUS)
                            .withWorkersPerPool(workersPerPool)
                            .withTrace(1 << 10);
            try (var machine = new TestMachine(spec)) {
                setUp(machine, seed, workersPerPool);
                for (int i = 0; i < OPERATIONS; i++) {
                    String what = step();
                    String context = where + " operation=" + i + ": " + what;
                    assertEquals(modelState(), realState(), context);
                    assertEquals(modelWoken(), realWoken(), context);
                }
                assertEquals(model.shortage, real.counts().workerShortage(), where);
            }
        }
    }

    private void setUp(TestMachine machine, int seed, int workersPerPool) {
        random = new Random(seed);
        real = machine.machine().workqueues();
        cpus = new KernelCpu[] {machine.cpu(0), machine.cpu(1)};
        pools.clear();
        modelPools.clear();
        for (int id : new int[] {0, 1, 4, 5, 8}) {
            pools.add(real.pool(id));
            modelPools.add(new ModelPools.Pool(id != 8, workersPerPool));
            real.pool(id).workers().forEach(w -> w.task().prepareToSleep('I'));
        }
        queues.clear();
        for (int q = 0; q < FLAGS.length; q++) {
            queues.add(real.create("q" + q, FLAGS[q], MAX_ACTIVE[q]));
            for (int cpu = 0; cpu < CPUS; cpu++) {
                var pool = modelPools.get(pools.indexOf(queues.get(q).on(cpu).pool));
                boolean shared = FLAGS[q].unbound() && cpu > 0;
                links[q][cpu] = shared ? links[q][0] : new ModelPools.Link(q, pool, MAX_ACTIVE[q]);
            }
        }
        model =
                new ModelPools(
                        new boolean[] {false, false, true, false, false, false},
                        new boolean[] {false, false, false, false, true, false});
        items.clear();
        for (int i = 0; i < ITEMS; i++) {
            items.add(new WorkItem((cpu, item) -> {}, i, 0));
        }
    }

    private String step() {
        model.woken.clear();
        for (KernelCpu cpu : cpus) {
            cpu.ring().clear();
        }
        int choice = random.nextInt(100);
        if (choice < 40) {
            return queue();
        } else if (choice < 46) {
            return cancel();
        } else if (choice < 52) {
            return barrier();
        }
        return workerStep();
    }

    private String queue() {
        int item = random.nextInt(ITEMS);
        int queue = random.nextInt(queues.size());
        int caller = random.nextInt(CPUS);
        int wanted = random.nextInt(3) == 0 ? random.nextInt(CPUS) : Workqueues.ANY_CPU;
        boolean expected =
                model.queue(item, links[queue][wanted == Workqueues.ANY_CPU ? caller : wanted]);
        boolean queued = real.queueOn(cpus[caller], wanted, queues.get(queue), items.get(item));
        String what = "queue item " + item + " on " + queue + " cpu " + caller + "/" + wanted;
        assertEquals(expected, queued, what);
        return what;
    }

    private String cancel() {
        int number = random.nextInt(ITEMS);
        WorkItem item = items.get(number);
        boolean expected = model.cancel(number);
        assertEquals(expected, real.canceller().grab(anyCpu(), item), "cancel " + number);
        item.unpend(item.lastPool(), 0);
        return "cancel " + number;
    }

    private String barrier() {
        int number = random.nextInt(ITEMS);
        var barrier = WorkItem.barrier((cpu, item) -> {}, -1, 0);
        boolean expected = model.insertBarrier(number);
        boolean inserted = real.canceller().insertBehind(anyCpu(), items.get(number), barrier);
        assertEquals(expected, inserted, "barrier behind " + number);
        return "barrier behind " + number;
    }

    private KernelCpu anyCpu() {
        return cpus[random.nextInt(CPUS)];
    }

    /** Lets a random worker do what it can do now. */
    private String workerStep() {
        int p = random.nextInt(pools.size());
        WorkerPool pool = pools.get(p);
        int w = random.nextInt(pool.workers().size());
        Worker worker = pool.workers().get(w);
        ModelPools.ModelWorker twin = modelPools.get(p).workers.get(w);
        KernelCpu cpu = pool.unbound() ? anyCpu() : cpus[pool.cpuId];
        String name = worker.task().name();
        if (twin.asleepInItem) {
            model.unblock(twin);
            worker.running(worker.task());
            return name + " wakes in its item";
        } else if (twin.current != null && random.nextInt(3) == 0 && !twin.current.barrier) {
            model.block(modelPools.get(p), twin);
            worker.sleeping(worker.task());
            return name + " sleeps in its item";
        } else if (twin.current != null) {
            model.finish(modelPools.get(p), twin);
            pool.lock(cpu);
            worker.end(cpu);
            goOn(pool, worker, cpu);
            return name + " finishes";
        } else if (twin.awake) {
            model.start(modelPools.get(p), twin);
            pool.lock(cpu);
            pool.leaveIdle(worker);
            if (pool.needMore()) {
                worker.startWorking();
                goOn(pool, worker, cpu);
            } else {
                sleep(pool, worker, cpu);
            }
            return name + " starts";
        }
        return "nothing";
    }

    private static void goOn(WorkerPool pool, Worker worker, KernelCpu cpu) {
        WorkItem next = worker.next();
        if (next == null) {
            worker.stopWorking();
            sleep(pool, worker, cpu);
        } else {
            worker.begin(cpu, next);
            pool.unlock(cpu);
        }
    }

    private static void sleep(WorkerPool pool, Worker worker, KernelCpu cpu) {
        pool.enterIdle(worker);
        worker.task().prepareToSleep('I');
        pool.unlock(cpu);
    }

    private Set<String> modelWoken() {
        var names = new TreeSet<String>();
        for (int p = 0; p < pools.size(); p++) {
            for (ModelPools.ModelWorker worker : model.woken) {
                int w = modelPools.get(p).workers.indexOf(worker);
                if (w >= 0) {
                    names.add(pools.get(p).workers().get(w).task().name());
                }
            }
        }
        return names;
    }

    private Set<String> realWoken() {
        var names = new TreeSet<String>();
        for (KernelCpu cpu : cpus) {
            TraceRing ring = cpu.ring();
            for (int i = 0; i < ring.size(); i++) {
                if (ring.event(i) == Tracepoint.SCHED_WAKING) {
                    names.add(nameOf(ring.a(i)));
                }
            }
        }
        return names;
    }

    private String nameOf(long pid) {
        return pools.stream()
                .flatMap(pool -> pool.workers().stream())
                .filter(worker -> worker.task().pid() == pid)
                .map(worker -> worker.task().name())
                .findFirst()
                .orElseThrow();
    }

    private String modelState() {
        var text = new StringBuilder();
        for (int i = 0; i < ITEMS; i++) {
            text.append(model.isPending(i) ? "P" : "-");
        }
        for (ModelPools.Link[] perCpu : links) {
            for (ModelPools.Link link : perCpu) {
                text.append(" a=").append(link.active).append(entries(link.inactive));
            }
        }
        for (ModelPools.Pool pool : modelPools) {
            text.append("\n running=").append(model.running(pool));
            text.append(" list").append(entries(pool.worklist));
            for (ModelPools.ModelWorker worker : pool.workers) {
                text.append(" w").append(entries(worker.scheduled));
                text.append(worker.current == null ? "" : entries(List.of(worker.current)));
            }
            text.append(" idle=");
            pool.idle.forEach(w -> text.append(pool.workers.indexOf(w)));
        }
        return text.toString();
    }

    private static String entries(List<ModelPools.Entry> entries) {
        return entries.stream().map(e -> e.barrier ? "B" : "" + e.item).toList().toString();
    }

    private String realState() {
        var text = new StringBuilder();
        items.forEach(item -> text.append(item.pending() ? "P" : "-"));
        for (Workqueue queue : queues) {
            for (int cpu = 0; cpu < CPUS; cpu++) {
                PoolWorkqueue link = queue.on(cpu);
                text.append(" a=").append(link.active()).append(listed(link.inactive));
            }
        }
        for (WorkerPool pool : pools) {
            text.append("\n running=").append(pool.running());
            text.append(" list").append(listed(pool.worklist));
            for (Worker worker : pool.workers()) {
                text.append(" w").append(listed(worker.scheduled));
                text.append(worker.current() == null ? "" : "[" + name(worker.current()) + "]");
            }
            text.append(" idle=");
            pool.idle().reversed().forEach(w -> text.append(pool.workers().indexOf(w)));
        }
        return text.toString();
    }

    private static String listed(WorkList list) {
        var names = new ArrayList<String>();
        for (WorkItem item = list.first(); item != null; item = item.next) {
            names.add(name(item));
        }
        return names.toString();
    }

    private static String name(WorkItem item) {
        return item.barrier ? "B" : "" + item.number();
    }
}
