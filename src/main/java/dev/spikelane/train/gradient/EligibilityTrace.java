package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.connection.operator.WeightRows;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.PackedWeights;
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
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The eligibility traces of the synapses of a projection: for each sample and each pass of {@link Eligibility} what the
 * variable or filter at the end of a window owes to each weight and bias, laid out as these are.
 */
final class EligibilityTrace {

    private static final String TRACE = "trace";
    private static final String GRADIENT = "gradient";
    private static final String FACTOR = "factor";
    private static final String LEFT = "left";
    private static final String SUM = "sum";

    private final Eligibility target;
    private final GradientProjection projection;
    private final int port;
    private final Arena arena;
    private final RunSize size;
    private final WorkerPool workers;
    private final int blocks;
    /** Of the weights and the bias. */
    private final FloatMatrix[] gradients;

    /** Of each pass what sums up a window of a sample, and the sums. */
    private final WeightGradients[] ofWindow;

    private final FloatMatrix[][] sums;
    private final WeightRows rows;
    /** Those of a sample alone, where there are several. */
    private final FloatMatrix ofCurrents;

    private @Nullable Signal ofSource;

    /** Of each sample and pass, of weights and bias; made when a window goes on. */
    private FloatMatrix[][][] traces = {};

    private final Loop next;
    private final Loop before;
    private final Loop behind;

    /** A program along the synapses of a block of outputs, an input a row. */
    private final class Loop {

        private final CompiledProgram compiled;
        private final Frame frame;
        private final int first;
        private final int end;

        /** One that adds what traces of some passes give, or one that carries all of them on. */
        Loop(boolean spends, int first, int end) {
            this.first = first;
            this.end = end;
            Set<String> shared = new HashSet<>();
            for (int pass = 0; pass < target.passes().length; pass++) {
                shared.add(LEFT + pass);
            }
            this.compiled = EquationLoops.compile(graph -> spends ? spending(graph) : going(graph), shared);
            this.frame = new Frame(compiled.program(), PackedWeights.BLOCK);
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

        void putFactor(int number, FloatMatrix of, int row, int block) {
            long base = of.rowOffset(row) + (long) block * PackedWeights.BLOCK_BYTES;
            frame.put(FACTOR + number, of.segment(), base, 0);
        }

        /** Says where the synapses of a block stand, in as many rows as there are inputs. */
        void put(String name, FloatMatrix of, int block) {
            long bytes = of.rowOffset(of.rows()) / blocks;
            frame.put(name, of.segment(), block * bytes, PackedWeights.BLOCK_BYTES);
            frame.batch = (int) (bytes / PackedWeights.BLOCK_BYTES);
        }

        void run() {
            compiled.loop().run(frame, 0, 1, frame.batch);
        }
    }

    EligibilityTrace(
            Eligibility target, GradientProjection projection, int port, GradientRequest plan, WorkerPool workers) {
        this.target = target;
        this.projection = projection;
        this.port = port;
        this.arena = plan.arena();
        this.size = plan.size();
        this.workers = workers;
        Operator operator = projection.forward().chain().operators().getFirst();
        this.blocks = Math.ceilDiv(operator.outputs(), PackedWeights.BLOCK);
        this.gradients = gradients(Objects.requireNonNull(projection.weights()[0]));
        this.ofWindow = new WeightGradients[target.passes().length];
        this.sums = new FloatMatrix[ofWindow.length][];
        for (int pass = 0; pass < ofWindow.length; pass++) {
            ofWindow[pass] = Objects.requireNonNull(operator.weightGradients(arena, size.threads()));
            sums[pass] = gradients(ofWindow[pass]);
        }
        this.ofCurrents = FloatMatrix.zeros(arena, size.batch() == 1 ? 1 : size.steps(), operator.outputs());
        this.rows = new WeightRows(ofCurrents);
        this.next = new Loop(false, 0, 0);
        this.before = new Loop(true, 0, target.spent());
        this.behind = new Loop(true, target.spent(), target.passes().length);
    }

    private static FloatMatrix[] gradients(WeightGradients of) {
        return of.learned().stream().map(each -> each.gradient().get().packed()).toArray(FloatMatrix[]::new);
    }

    /** Begins anew. */
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

    /** Adds what the traces of passes before or behind a window give to the gradients. */
    void spend(boolean isBehind) {
        Loop loop = isBehind ? behind : before;
        for (int sample = 0; sample < traces.length && loop.first < loop.end; sample++) {
            for (int value = 0; value < gradients.length; value++) {
                for (int block = 0; block < blocks; block++) {
                    loop.put(GRADIENT, gradients[value], block);
                    for (int pass = loop.first; pass < loop.end; pass++) {
                        loop.put(TRACE + pass, traces[sample][pass][value], block);
                        loop.putFactor(pass, target.gradient(pass), sample, block);
                    }
                    loop.run();
                }
            }
        }
    }

    /** Carries traces through a window. */
    void goOn() {
        if (traces.length == 0) {
            make();
        }
        for (int sample = 0; sample < traces.length; sample++) {
            sumUp(sample);
            for (int value = 0; value < gradients.length; value++) {
                for (int block = 0; block < blocks; block++) {
                    for (int pass = 0; pass < ofWindow.length; pass++) {
                        next.put(TRACE + pass, traces[sample][pass][value], block);
                        next.put(SUM + pass, sums[pass][value], block);
                        for (int i = 0; i < target.variables(); i++) {
                            FloatMatrix factor = target.passes()[pass].ofVariables[i];
                            next.putFactor(next.factor(pass, i), factor, sample, block);
                        }
                    }
                    next.run();
                }
            }
        }
    }

    private void make() {
        traces = new FloatMatrix[size.batch()][ofWindow.length][gradients.length];
        for (FloatMatrix[][] ofSample : traces) {
            for (FloatMatrix[] ofPass : ofSample) {
                for (int value = 0; value < gradients.length; value++) {
                    FloatMatrix like = gradients[value];
                    ofPass[value] = FloatMatrix.zeros(arena, like.rows(), like.columns());
                }
            }
        }
    }

    /** Sums up how the variables and filters follow from the window of a sample. */
    private void sumUp(int sample) {
        int delay = projection.forward().description().delay();
        Signal all = projection.forward().source().steps(0, size.steps(), delay);
        Signal own = all;
        if (size.batch() > 1) {
            own = ofSample(all);
            gather(all, sample, own);
        }
        for (int pass = 0; pass < ofWindow.length; pass++) {
            FloatMatrix given = target.passes()[pass].ofPorts[port].all();
            if (size.batch() > 1) {
                gather(given, sample, ofCurrents);
                given = ofCurrents;
            }
            ofWindow[pass].open(rows.of(own, size.steps()).gradient(given).steps(true, true));
            workers.run(ofWindow[pass]);
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

    private void gather(Signal all, int sample, Signal into) {
        for (int at = 0; at < size.steps(); at++) {
            Rows.copy(all, at * size.batch() + sample, into, at, 1);
        }
    }
}
