package dev.spikelane.network.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.SpikeList;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Loops of two populations, an input and a source, with synapses that are delivered as events, drawn again, pulled, or
 * dense matrices for each delay, in any calls: all have equal spikes. Weights are multiples of 1/8, so sums are exact
 * in any order.
 */
@EveryWidth
@FewerTries(fullWidth = 4)
final class SparseProperties {

    private static final int STEPS = 40;
    private static final int[] SIZES = {1, 2, 63, 64, 65, 100, 200};

    /** Forms of synapses. */
    private enum Form {
        EVENTS,
        DRAWN,
        FIXED,
        DRAWN_FIXED,
        PULLED,
        DENSE
    }

    /** A projection of all forms. */
    private record Said(int source, int target, Sparse sparse, int delay) {}

    private final List<Said> projections = new ArrayList<>();
    private final int[] sizes = new int[4];
    private Random random = new Random();

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void allFormsFireAlike(@UpTo(3) int batch, @ForAll long seed) {
        draw(seed);
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * batch, sizes[0], 0.3, random);
        byte[] expected = null;
        for (Form form : Form.values()) {
            Network network = network(form, 0);
            boolean both = Tries.ALL || form == Form.EVENTS;
            for (int threads : both ? new int[] {1, 3} : new int[] {1 + 2 * random.nextInt(2)}) {
                byte[] found = runInParts(network, batch, threads, input);
                expected = expected == null ? found : expected;
                assertArrayEquals(expected, found, form + ", " + threads + " threads, " + projections);
            }
        }
    }

    /** Delayed input gives a delayed run. */
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void laterInputIsALaterRun(@UpTo(19) int shift, @ForAll long seed) {
        draw(seed);
        projections.removeIf(each -> each.source == 3); // with equal spikes
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS, sizes[0], 0.3, random);
        int row = sizes[1] + sizes[2];
        byte[] early = runInParts(network(Form.EVENTS, 0), 1, 2, input);
        byte[] late = runInParts(network(Form.EVENTS, shift), 1, 2, input);
        for (int step = 0; step < STEPS; step++) {
            byte[] now = Arrays.copyOfRange(late, step * row, (step + 1) * row);
            byte[] then = step < shift
                    ? new byte[row]
                    : Arrays.copyOfRange(early, (step - shift) * row, (step - shift + 1) * row);
            assertArrayEquals(then, now, "step " + step + ", " + projections);
        }
    }

    private void draw(long seed) {
        random = new Random(seed);
        projections.clear();
        Arrays.setAll(sizes, _ -> SIZES[random.nextInt(SIZES.length)]);
        for (int target = 1; target <= 2; target++) {
            for (int i = random.nextInt(4); i > 0; i--) {
                projections.add(declared(random.nextInt(4), target));
            }
            projections.add(declared(0, target));
            projections.add(declared(3 - target, target)); // they form a loop
        }
    }

    private Said declared(int source, int target) {
        int from = sizes[source];
        int to = sizes[target];
        Connectivity edges = switch (random.nextInt(5)) {
            case 0 -> Connectivity.probability(random.nextInt(4) == 0 ? 1 : random.nextDouble() / 4 + 0.001);
            case 1 -> Connectivity.outDegree(1 + random.nextInt(9));
            case 2 -> Connectivity.total(1 + random.nextInt(300));
            case 3 -> Connectivity.gaussian(1, 0.1 + 9 * random.nextDouble()).periodic();
            default -> from == to ? Connectivity.oneToOne() : Connectivity.outDegree(3);
        };
        int least = random.nextInt(3);
        Sparse sparse = Sparse.of(edges)
                .to(to)
                .seed(random.nextLong())
                .weights(Distribution.constant((1 + random.nextInt(8)) / 8.0 * (random.nextInt(4) == 0 ? -1 : 1)))
                .delays(Distribution.uniform(least, least + random.nextInt(random.nextInt(5) == 0 ? 70 : 5)));
        return new Said(source, target, sparse, source == 0 ? random.nextInt(2) : 1);
    }

    private Network network(Form form, int shift) {
        Random lists = new Random(sizes[3]);
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(sizes[0]));
        Population a = builder.population("a", Shape.of(sizes[1]), new Leaky(0.9f).withThreshold(0.8f));
        Population b = builder.population("b", Shape.of(sizes[2]), new Leaky(0.5f).withThreshold(0.4f));
        SpikeList fires = SpikeList.of(
                lists.ints(60, 0, STEPS).toArray(), lists.ints(60, 0, sizes[3]).toArray());
        Projection.Source[] sources = {input, a, b, builder.population("s", Shape.of(sizes[3]), fires)};
        for (int i = 0; i < projections.size(); i++) {
            Said declared = projections.get(i);
            Population target = declared.target == 1 ? a : b;
            int delay = declared.delay + (declared.source == 0 ? shift : 0);
            Sparse sparse = switch (form) {
                case EVENTS, PULLED, DENSE -> declared.sparse;
                case DRAWN -> declared.sparse.procedural();
                case FIXED -> declared.sparse.fixedPoint(0.125);
                case DRAWN_FIXED -> declared.sparse.procedural().fixedPoint(0.125);
            };
            if (form != Form.DENSE) {
                builder.project("p" + i, sources[declared.source], target, sparse)
                        .delay(delay);
                continue;
            }
            for (int own : sparse.delays()) {
                builder.project("p" + i + "-" + own, sources[declared.source], target, dense(declared, own))
                        .delay(delay + own);
            }
        }
        if (form == Form.PULLED) { // synapses without a delay inside the loop, without targets
            Population c = builder.population("c", Shape.of(3), new Leaky(0.5f));
            Sparse none = Sparse.of(Connectivity.of(new int[0], new int[0]));
            builder.project("ac", a, c, none.to(3));
            builder.project("ca", c, a, none.to(sizes[1])).delay(1);
        }
        return builder.build();
    }

    private Dense dense(Said declared, int delay) {
        FloatMatrix weights = FloatMatrix.zeros(sizes[declared.target], sizes[declared.source]);
        SynapseRows rows = declared.sparse.synapses(Shape.of(sizes[declared.source]));
        for (int source = 0; source < sizes[declared.source]; source++) {
            int count = rows.read(source);
            for (int i = 0; i < count; i++) {
                if (rows.delay(i) == delay) {
                    weights.set(rows.target(i), source, weights.get(rows.target(i), source) + rows.weight(i));
                }
            }
        }
        return Dense.of(weights);
    }

    /** Returns spikes of both populations, step by step, from calls of some steps each, some in another simulation. */
    private byte[] runInParts(Network network, int batch, int threads, SpikeMatrix input) {
        int row = (sizes[1] + sizes[2]) * batch;
        byte[] all = new byte[STEPS * row];
        Simulation simulation = network.simulate(batch, threads);
        try {
            List<Population.SpikeRecorder> both = recorders(simulation);
            int step = 0;
            while (step < STEPS) {
                int some = Math.min(1 + random.nextInt(random.nextInt(3) == 0 ? 1 : 20), STEPS - step);
                simulation.run(input.rows(step * batch, some * batch));
                for (int i = 0; i < some; i++) {
                    int at = (step + i) * row;
                    for (Population.SpikeRecorder each : both) {
                        byte[] fired =
                                each.spikes().rows((step + i) * batch, batch).toArray();
                        System.arraycopy(fired, 0, all, at, fired.length);
                        at += fired.length;
                    }
                }
                step += some;
                Simulation next = switch (random.nextInt(3)) {
                    case 0 -> simulation.fork();
                    case 1 -> restored(network, simulation, batch);
                    default -> simulation;
                };
                if (next != simulation) {
                    simulation.close();
                    simulation = next;
                    both = recorders(simulation);
                }
            }
        } finally {
            simulation.close();
        }
        return all;
    }

    private static List<Population.SpikeRecorder> recorders(Simulation of) {
        return List.of(of.recordSpikes("a", STEPS), of.recordSpikes("b", STEPS));
    }

    private Simulation restored(Network network, Simulation from, int batch) {
        Simulation made = network.simulate(batch, 1 + random.nextInt(3));
        made.restore(from.snapshot());
        return made;
    }
}
