package dev.spikelane.engine;

import dev.spikelane.choose.StageChoice;
import dev.spikelane.connection.operator.sparse.EventLists;
import dev.spikelane.connection.operator.sparse.EventSource;
import dev.spikelane.connection.operator.sparse.EventVector;
import dev.spikelane.connection.operator.sparse.SparseOperator;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Populations that reach each other by synapses. Spikes are kept in lists for as many steps as synapses delay them.
 * They are delivered when they arrive, into one vector of the currents of all populations. Each thread owns blocks of
 * targets in every population, and threads synchronize once per step.
 */
final class EventRun implements ComponentRun {

    /** Approximate time of a neuron's step: its update and its arriving currents. */
    private static final double NANOSECONDS_OF_NEURON = 0.5;

    /** A port that synapses enter; each of its projections is listed with one of its delays. */
    private record Port(PopulationRun population, String name, List<ProjectionRun> projections) {}

    private static Port port(LaidOutNetwork network, PopulationRun population, String name) {
        List<String> names = network.description().projections().stream()
                .map(ProjectionDescription::name)
                .toList();
        List<ProjectionRun> all = new ArrayList<>();
        for (ProjectionRun each : population.projections(name)) {
            if (each.isSynapses()
                    && all.stream().noneMatch(known -> known.synapses().isPartWith(each.synapses()))) {
                all.add(each);
            }
        }
        all.sort(Comparator.<ProjectionRun>comparingInt(
                        each -> place(each.description().source()))
                .thenComparingInt(each -> names.indexOf(each.description().name())));
        return new Port(population, name, all);
    }

    private static int place(SourceDescription source) {
        return source instanceof SourceDescription.OfInput input
                ? input.input()
                : Integer.MAX_VALUE / 2 + source.ofPopulation().orElseThrow();
    }

    /** Returns the ports in the order of the neurons' port names, so that events of a source stay close together. */
    private static List<Port> ports(LaidOutNetwork network, List<PopulationRun> members) {
        List<Port> ports = new ArrayList<>();
        for (int place = 0; ; place++) {
            boolean any = false;
            for (PopulationRun member : members) {
                if (place < member.ports().size()) {
                    any = true;
                    Port port = port(network, member, member.ports().get(place));
                    if (!port.projections.isEmpty()) {
                        ports.add(port);
                    }
                }
            }
            if (!any) {
                return ports;
            }
        }
    }

    /** A source, and the number of earlier projections from its population or input to the same port. */
    private record Sender(
            SourceRun run,
            SourceDescription declared,
            boolean inside,
            int layer,
            float quantum,
            List<EventLists.Part> parts) {

        /** Returns true if a rule changes its only part. */
        boolean changes() {
            return !parts.isEmpty() && parts.getFirst().changes();
        }
    }

    private final LaidOutNetwork network;
    private final LoopPopulation[] populations;
    private final EventVector vector;
    private final EventSource[] sources;
    private final SourceRun[] runs;
    /** Age in steps of each source's newest rows: 1 for sources inside the component, 0 for others. */
    private final int[] late;

    private final int[] delays;
    /** For each delay, its index in each source; negative if the source has no synapses of this delay. */
    private final int[][] numbers;

    /** True if threads may have their own blocks. */
    private final boolean apart;

    private final int batch;
    private final StageChoice sharing;
    private final double work;
    private final WorkerPool.Job carry = this::carry;
    private int step;

    private EventRun(
            LaidOutNetwork network,
            LoopPopulation[] populations,
            EventVector vector,
            List<Sender> senders,
            EventSource[] sources,
            StageChoice sharing,
            RunSize size) {
        this.network = network;
        this.populations = populations;
        this.vector = vector;
        this.sources = sources;
        this.runs = senders.stream().map(Sender::run).toArray(SourceRun[]::new);
        this.late = senders.stream().mapToInt(each -> each.inside ? 1 : 0).toArray();
        this.delays = Arrays.stream(sources)
                .flatMapToInt(each -> Arrays.stream(each.lists().delays()))
                .sorted()
                .distinct()
                .toArray();
        this.numbers = new int[delays.length][sources.length];
        for (int d = 0; d < delays.length; d++) {
            for (int i = 0; i < sources.length; i++) {
                numbers[d][i] = sources[i].lists().numberOf(delays[d]);
            }
        }
        this.apart = Arrays.stream(populations).allMatch(LoopPopulation::blocksApart);
        this.batch = size.batch();
        this.sharing = sharing;
        this.work = NANOSECONDS_OF_NEURON
                * batch
                * Arrays.stream(populations).mapToInt(LoopPopulation::columns).sum();
    }

    /**
     * Returns true if the component is run by events: it has delayed synapses between its populations, or drawn
     * synapses. Inner synapses without a delay, or values kept for a backward pass, exclude this.
     */
    static boolean serves(List<PopulationRun> members, Predicate<ProjectionRun> isInner) {
        boolean any = false;
        for (PopulationRun population : members) {
            for (ProjectionRun projection : population.projections()) {
                boolean inner = projection.isSynapses() && isInner.test(projection);
                if (inner && projection.description().delay() == 0) {
                    return false;
                }
                any |= inner
                        || projection.isSynapses()
                                && projection.synapses().declared().isProcedural();
            }
            if (population.keeps()) {
                return false;
            }
        }
        return any;
    }

    static EventRun of(
            LaidOutNetwork network,
            List<PopulationRun> members,
            Predicate<ProjectionRun> isInner,
            Arena arena,
            WorkerPool workers,
            RunSize size) {
        int blocks = size.threads();
        List<Port> ports = ports(network, members);
        EventVector vector = new EventVector(
                arena,
                ports.stream().mapToInt(port -> port.population.currents()).toArray(),
                quanta(ports),
                size.batch(),
                blocks);
        List<Sender> senders = new ArrayList<>();
        for (int range = 0; range < ports.size(); range++) {
            addParts(senders, ports.get(range), vector, range, isInner);
        }
        senders.sort(
                Comparator.<Sender>comparingInt(each -> place(each.declared)).thenComparingInt(Sender::layer));
        List<List<EventLists.Part>> parts = senders.stream().map(Sender::parts).toList();
        EventSource[] sources = network.eventLists(parts, blocks, workers).stream()
                .map(lists -> new EventSource(lists, size.batch(), blocks))
                .toArray(EventSource[]::new);
        LoopPopulation[] loop = members.stream()
                .map(population -> new LoopPopulation(
                        population, isInner, name -> rows(ports, vector, population.number(), name), arena, size, 1))
                .toArray(LoopPopulation[]::new);
        for (LoopPopulation population : loop) {
            population.cut(vector, name -> range(ports, population.number(), name));
        }
        return new EventRun(
                network, loop, vector, senders, sources, members.getFirst().sharing("events", blocks), size);
    }

    /** Returns the range of a port in the vector; -1 if no synapses enter it. */
    private static int range(List<Port> ports, int number, String name) {
        for (int range = 0; range < ports.size(); range++) {
            if (ports.get(range).population.number() == number
                    && ports.get(range).name.equals(name)) {
                return range;
            }
        }
        return -1;
    }

    private static @Nullable FloatMatrix rows(List<Port> ports, EventVector vector, int number, String name) {
        int range = range(ports, number, name);
        return range < 0 ? null : vector.rows(range);
    }

    private static float quantum(Port port) {
        return port.projections.getFirst().synapses().declared().quantum();
    }

    private static float[] quanta(List<Port> ports) {
        float[] quanta = new float[ports.size()];
        for (int i = 0; i < quanta.length; i++) {
            quanta[i] = quantum(ports.get(i));
        }
        return quanta;
    }

    private static void addParts(
            List<Sender> senders, Port port, EventVector vector, int range, Predicate<ProjectionRun> isInner) {
        List<ProjectionRun> projections = port.projections;
        for (int i = 0; i < projections.size(); i++) {
            ProjectionRun projection = projections.get(i);
            SourceRun source = projection.source();
            SourceDescription declared = projection.description().source();
            int layer = 0;
            for (ProjectionRun before : projections.subList(0, i)) {
                layer += place(before.description().source()) == place(declared) ? 1 : 0;
            }
            int own = layer;
            boolean changes = projection.description().plasticity().isRule();
            Sender sender = senders.stream()
                    .filter(each -> !changes && !each.changes())
                    .filter(each -> each.run.equals(source) && each.layer == own && each.quantum == quantum(port))
                    .findFirst()
                    .orElse(null);
            if (sender == null) {
                if (source instanceof InputRun input) {
                    input.repeat();
                }
                sender =
                        new Sender(source, declared, isInner.test(projection), layer, quantum(port), new ArrayList<>());
                senders.add(sender);
            }
            SparseOperator synapses = projection.synapses();
            int delay = projection.description().delay() - synapses.delay();
            sender.parts.add(new EventLists.Part(synapses, delay, vector.place(range), vector.ends(range), changes));
        }
    }

    @Override
    public void run(WorkerPool workers, int firstStep, int steps, long stepNumber, boolean profiled) {
        for (LoopPopulation population : populations) {
            population.open(workers, firstStep, steps, profiled);
        }
        for (int i = 0; i < sources.length; i++) {
            if (sources[i].lists().isStale()) {
                List<List<EventLists.Part>> parts = List.of(sources[i].lists().of());
                sources[i].lists(
                        network.eventLists(parts, vector.blocks(), workers).getFirst());
            }
            for (int before = 1; before <= sources[i].longest(); before++) {
                take(i, firstStep - before);
            }
        }
        long start = profiled ? System.nanoTime() : 0;
        boolean carries = apart && !stepwise();
        boolean shared = carries && vector.blocks() > 1 && sharing.shares(work * steps);
        for (int block = 0; block < vector.blocks(); block++) {
            vector.clear(block);
        }
        for (step = firstStep; step < firstStep + steps; step++) {
            if (shared) {
                workers.run(carry, vector.blocks());
            } else if (carries) {
                for (int block = 0; block < vector.blocks(); block++) {
                    carry(block, 0);
                }
            } else {
                together(stepNumber + step - firstStep, profiled);
            }
        }
        sharing.met();
        long each = profiled && carries ? (System.nanoTime() - start) / populations.length : 0;
        for (LoopPopulation population : populations) {
            population.close(stepNumber, steps, each, profiled);
        }
    }

    private void together(long stepNumber, boolean profiled) {
        for (int block = 0; block < vector.blocks(); block++) {
            deliver(block);
        }
        for (LoopPopulation population : populations) {
            population.run(stepNumber, step, 1, profiled);
        }
        for (int block = 0; block < vector.blocks() && batch == 1; block++) {
            vector.clear(block);
        }
    }

    private boolean stepwise() {
        for (LoopPopulation population : populations) {
            if (population.stepwise()) {
                return true;
            }
        }
        return false;
    }

    /** Takes the spikes of a step before the block, in the lists of all blocks. */
    private void take(int source, int of) {
        for (int block = 0; block < vector.blocks(); block++) {
            sources[source].take(of, runs[source].from(of, 0), block);
        }
    }

    /**
     * Fills the vector with the spikes that arrive in this step, delays ascending, and passes the currents to the
     * neurons.
     */
    private void deliver(int block) {
        for (int i = 0; i < sources.length; i++) {
            sources[i].take((long) step - late[i], runs[i].from(step, late[i]), block);
        }
        for (int sample = 0; sample < batch; sample++) {
            for (int d = 0; d < delays.length; d++) {
                for (int i = 0; i < sources.length; i++) {
                    int number = numbers[d][i];
                    if (number >= 0
                            && sources[i].hasValues(block)
                            && runs[i].from(step, delays[d]) instanceof FloatMatrix rows) {
                        sources[i].deliver(rows, number, sample, block, vector);
                    } else if (number >= 0) {
                        sources[i].deliver(step, number, sample, block, vector);
                    }
                }
            }
            vector.close(sample, block);
        }
    }

    private void carry(int block, int thread) {
        deliver(block);
        for (LoopPopulation population : populations) {
            population.carry(step, block, thread, vector);
        }
    }
}
