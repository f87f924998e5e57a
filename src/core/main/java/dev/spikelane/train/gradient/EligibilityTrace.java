package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.gradient.WeightGradient;
import dev.spikelane.kernel.step.EquationLoops;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The eligibility traces of a projection's synapses, for each sample and each pass of {@link Eligibility}. A trace has
 * the layout of the weights and biases, and holds the derivatives of the variable or filter at the end of a window.
 */
final class EligibilityTrace {

    private static final String TRACE = "trace";
    private static final String GRADIENT = "gradient";
    private static final String FACTOR = "factor";
    private static final String LEFT = "left";
    private static final String SUM = "sum";

    private final Eligibility target;
    private final GradientProjection projection;
    private final Arena arena;
    private final RunSize size;
    private final int blocks;
    private final int passes;
    private final FloatMatrix[] gradients;

    /** Derivatives of one sample in a window: its steps are rows, and its passes are columns. */
    private final WeightGradient ofWindow;

    private final PackedWeights sums;
    private final Tile ofCurrents;
    /** The source's rows of one sample; null for a batch of 1. */
    private @Nullable Signal ofSource;

    /** Traces by sample, pass, and weights or bias; created when a second window follows. */
    private FloatMatrix[][][] traces = {};

    private final Loop next;
    private final Loop before;
    private final Loop behind;

    /** A program over the synapses of a block of outputs, with a row for each input. */
    private final class Loop {

        private final CompiledProgram compiled;
        private final Frame frame;
        private final int first;
        private final int end;
        private final int gradient;
        private final int[] ofTraces;
        private final int[] ofSums;
        private final int[] ofFactors;

        /** Creates a loop that adds trace times gradient for some passes, or one that updates all traces. */
        Loop(boolean spends, int first, int end) {
            this.first = first;
            this.end = end;
            Set<String> shared = new HashSet<>();
            for (int pass = 0; pass < target.passes().length; pass++) {
                shared.add(LEFT + pass);
            }
            this.compiled = EquationLoops.compile(graph -> spends ? spending(graph) : going(graph), shared);
            this.frame = new Frame(compiled.program(), PackedWeights.BLOCK);
            this.gradient = frame.rows.indexOf(GRADIENT);
            this.ofTraces = places(TRACE, passes);
            this.ofSums = places(SUM, passes);
            this.ofFactors = places(FACTOR, passes * target.variables());
            for (int pass = 0; pass < target.passes().length; pass++) {
                frame.share(LEFT + pass, target.passes()[pass].left);
            }
        }

        private Program spending(Graph graph) {
            Node sum = graph.leaf(Op.STATE, GRADIENT, 0);
            for (int pass = first; pass < end; pass++) {
                sum = graph.of(Op.FMA, row(graph, FACTOR, pass), row(graph, TRACE, pass), sum);
            }
            Program program = new Program("EligibilitySpent", 1);
            program.store(Op.STATE, GRADIENT, 0, sum);
            return program;
        }

        private Program going(Graph graph) {
            Program program = new Program("EligibilityGoesOn", 1);
            for (int pass = 0; pass < target.passes().length; pass++) {
                Node sum = row(graph, SUM, pass);
                for (int i = 0; i < target.variables(); i++) {
                    sum = graph.of(Op.FMA, row(graph, FACTOR, factor(pass, i)), row(graph, TRACE, i), sum);
                }
                if (pass >= target.variables()) {
                    Node left = graph.leaf(Op.PARAMETER, LEFT + pass, 0);
                    sum = graph.of(Op.FMA, left, row(graph, TRACE, pass), sum);
                }
                program.store(Op.STATE, TRACE + pass, 0, sum);
            }
            return program;
        }

        private int factor(int pass, int variable) {
            return pass * target.variables() + variable;
        }

        private Node row(Graph graph, String name, int number) {
            return graph.leaf(Op.STATE, name + number, 0);
        }

        private int[] places(String name, int count) {
            int[] places = new int[count];
            Arrays.setAll(places, i -> frame.rows.indexOf(name + i));
            return places;
        }

        void putFactor(int number, FloatMatrix of, int row, int block) {
            long base = of.rowOffset(row) + (long) block * PackedWeights.BLOCK_BYTES;
            frame.put(ofFactors[number], of.segment(), base, 0);
        }

        void putTrace(int sample, int pass, int value, int block) {
            put(ofTraces[pass], traces[sample][pass][value], block, blocks);
        }

        /** Sets the memory of the synapses, with a row for each input. */
        void put(int place, FloatMatrix of, int block, int all) {
            long bytes = of.rowOffset(of.rows()) / all;
            frame.put(place, of.segment(), block * bytes, PackedWeights.BLOCK_BYTES);
            frame.batch = (int) (bytes / PackedWeights.BLOCK_BYTES);
        }

        void run() {
            compiled.loop().run(frame, 0, 1, frame.batch);
        }
    }

    EligibilityTrace(Eligibility target, GradientProjection projection, int port, GradientRequest plan) {
        this.target = target;
        this.projection = projection;
        this.arena = plan.arena();
        this.size = plan.size();
        Operator operator = projection.forward().chain().operators().getFirst();
        this.blocks = Math.ceilDiv(operator.outputs(), PackedWeights.BLOCK);
        this.passes = target.passes().length;
        this.gradients = Objects.requireNonNull(projection.weights()[0]).learned().stream()
                .map(each -> each.gradient().get().packed())
                .toArray(FloatMatrix[]::new);
        this.ofCurrents = Tile.whole(target.ofSample(port));
        this.ofWindow = new WeightGradient(arena, operator.inputs(), ofCurrents.columns(), 1);
        this.sums = PackedWeights.zeros(arena, operator.inputs(), ofCurrents.columns());
        this.next = new Loop(false, 0, 0);
        this.before = new Loop(true, 0, target.spent());
        this.behind = new Loop(true, target.spent(), target.passes().length);
    }

    void reset() {
        for (FloatMatrix[][] ofSample : traces) {
            for (FloatMatrix[] ofPass : ofSample) {
                for (FloatMatrix each : ofPass) {
                    each.fill(0);
                }
            }
        }
    }

    void takeFrom(EligibilityTrace other) {
        traces = other.traces;
    }

    /** Adds trace times gradient to the gradients, for the passes before or after a window. */
    void spend(boolean isBehind) {
        Loop loop = isBehind ? behind : before;
        for (int sample = 0; sample < traces.length && loop.first < loop.end; sample++) {
            for (int value = 0; value < gradients.length; value++) {
                for (int block = 0; block < blocks; block++) {
                    loop.put(loop.gradient, gradients[value], block, blocks);
                    for (int pass = loop.first; pass < loop.end; pass++) {
                        loop.putTrace(sample, pass, value, block);
                        loop.putFactor(pass, target.gradient(pass), sample, block);
                    }
                    loop.run();
                }
            }
        }
    }

    void goOn(int sample) {
        if (traces.length == 0) {
            make();
        }
        sumUp(sample);
        for (int value = 0; value < gradients.length; value++) {
            for (int block = 0; block < blocks; block++) {
                for (int pass = 0; pass < passes; pass++) {
                    next.putTrace(sample, pass, value, block);
                    FloatMatrix sum = value == 0 ? sums.packed() : sums.bias();
                    next.put(next.ofSums[pass], sum, pass * blocks + block, passes * blocks);
                    for (int i = 0; i < target.variables(); i++) {
                        FloatMatrix factor = target.passes()[pass].ofVariables[i];
                        next.putFactor(next.factor(pass, i), factor, sample, block);
                    }
                }
                next.run();
            }
        }
    }

    private void make() {
        traces = new FloatMatrix[size.batch()][passes][gradients.length];
        for (FloatMatrix[][] ofSample : traces) {
            for (FloatMatrix[] ofPass : ofSample) {
                for (int value = 0; value < gradients.length; value++) {
                    FloatMatrix like = gradients[value];
                    ofPass[value] = FloatMatrix.zeros(arena, like.rows(), like.columns());
                }
            }
        }
    }

    private void sumUp(int sample) {
        int delay = projection.forward().description().delay();
        Signal all = projection.forward().source().steps(0, size.steps(), delay);
        Signal own = all;
        if (size.batch() > 1) {
            own = ofSample(all);
            for (int at = 0; at < size.steps(); at++) {
                Rows.copy(all, at * size.batch() + sample, own, at, 1);
            }
        }
        sums.packed().fill(0);
        sums.bias().fill(0);
        ofWindow.prepare(own, size.steps());
        for (int parts = ofWindow.parts(); parts > 0; parts = ofWindow.parts()) {
            for (int part = 0; part < parts; part++) {
                ofWindow.preparePart(part, 0);
            }
        }
        for (int block = 0; block < sums.blocks(); block++) {
            for (int share = 0; share < ofWindow.shares(); share++) {
                ofWindow.add(ofCurrents, sums, sums.bias(), block, share, 0);
            }
        }
    }

    private Signal ofSample(Signal like) {
        Signal made = ofSource;
        if (made == null || made.getClass() != like.getClass()) {
            made = like instanceof SpikeMatrix
                    ? SpikeMatrix.zeros(arena, size.steps(), like.columns())
                    : FloatMatrix.zeros(arena, size.steps(), like.columns());
            ofSource = made;
        }
        return made;
    }
}
