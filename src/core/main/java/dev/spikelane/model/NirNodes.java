package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.FileText;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.FlatGraph.FlatNode;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.ThresholdAndReset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Builds connections and neurons from the nodes of a graph. */
record NirNodes(NirImport options, List<String> warnings) {

    private static final ThresholdAndReset SILENT = ThresholdAndReset.DEFAULT
            .withThreshold(Float.MAX_VALUE)
            .withReset(Reset.NONE)
            .withResetTime(Reset.Time.SAME_STEP);

    static final Lif RELAY = Lif.of(Decay.NONE, Parameter.of(0)).withFiring(SILENT);

    /** More steps than this get a warning; 10,000 steps of 0.1 ms are a second. */
    private static final double MANY_STEPS = 10_000;

    static Shape shape(FlatNode node, String parameter) throws IOException {
        return shape(node, whole(node, parameter, null));
    }

    static Shape shape(FlatNode node, int... sizes) throws IOException {
        int first = 0;
        while (sizes.length - first > 3 && sizes[first] == 1) {
            first++;
        }
        int rank = sizes.length - first;
        for (int size : sizes) {
            if (size < 1) {
                throw new IOException(node + " has the size " + size + " in its shape, expected at least 1");
            }
        }
        try {
            return switch (rank) {
                case 0 -> Shape.of(1);
                case 1 -> Shape.of(sizes[first]);
                case 2 -> Shape.of(sizes[first], sizes[first + 1]);
                case 3 -> Shape.of(sizes[first], sizes[first + 1], sizes[first + 2]);
                default -> throw new IOException(node + " has " + rank + " dimensions, expected at most 3");
            };
        } catch (IllegalArgumentException refused) {
            throw new IOException(node + " " + refused.getMessage(), refused);
        }
    }

    Connection affine(FlatNode node) throws IOException {
        FloatMatrix weights = weight(node, 2);
        return Dense.of(weights, bias(node, weights.rows()));
    }

    Connection linear(FlatNode node) throws IOException {
        return Dense.of(weight(node, 2));
    }

    Connection scale(FlatNode node) throws IOException {
        return new OneToOne(perNeuron(node, "scale", value -> value));
    }

    private static FloatMatrix weight(FlatNode node, int rank) throws IOException {
        Tensor weight = node.required("weight");
        if (weight.shape().size() != rank || weight.count() == 0) {
            throw new IOException(node + " has a weight of shape " + weight.shape() + ", expected " + rank
                    + " dimensions of at least 1");
        }
        int rows = weight.shape().getFirst();
        FloatMatrix flat = FloatMatrix.zeros(rows, Math.toIntExact(weight.count() / rows));
        double[] values = node.declared.numbers("weight");
        for (int i = 0; i < values.length; i++) {
            flat.set(i / flat.columns(), i % flat.columns(), (float) values[i]);
        }
        return flat;
    }

    private static FloatMatrix bias(FlatNode node, int outputs) throws IOException {
        Tensor bias = node.required("bias");
        if (bias.count() != outputs) {
            throw new IOException(node + " has a bias of " + bias.count() + " values, expected " + outputs);
        }
        return FloatMatrix.vector(Parameter.of(node.declared.numbers("bias")).values());
    }

    Connection convolution(FlatNode node) throws IOException {
        int dimensions = node.primitive == NirPrimitive.CONV_1D ? 1 : 2;
        FloatMatrix weights = weight(node, dimensions + 2);
        List<Integer> shape = node.required("weight").shape();
        int[] stride = pair(node, "stride", 1);
        int[] dilation = pair(node, "dilation", 1);
        int groups = one(node, "groups", 1);
        Kernel kernel = dimensions == 1 ? Kernel.of1d(shape.get(2)) : Kernel.of(shape.get(2), shape.get(3));
        kernel = kernel.withStride(stride[0], stride[1])
                .withDilation(dilation[0], dilation[1])
                .withGroups(groups);
        String padding = node.declared.texts().get("padding");
        if (padding == null) {
            int[] zeros = pair(node, "padding", 0);
            kernel = kernel.withPadding(zeros[0], zeros[1]);
        } else if (padding.equals("same")) {
            kernel = kernel.withSamePadding();
        } else if (!padding.equals("valid")) {
            throw new IOException(node + " has the padding '" + padding + "', expected numbers, same or valid");
        }
        return node.value("bias") == null
                ? Convolution.of(kernel, weights)
                : Convolution.of(kernel, weights, bias(node, weights.rows()));
    }

    Connection average(FlatNode node) throws IOException {
        int[] size = pair(node, "kernel_size", 1);
        return pool(node, Pool.average(size[0], size[1]));
    }

    Connection sum(FlatNode node) throws IOException {
        int[] size = pair(node, "kernel_size", 1);
        return pool(node, Pool.sum(size[0], size[1]));
    }

    private static Pool pool(FlatNode node, Pool pool) throws IOException {
        int[] stride = pair(node, "stride", 1);
        int[] padding = pair(node, "padding", 0);
        return pool.withStride(stride[0], stride[1]).withPadding(padding[0], padding[1]);
    }

    /**
     * Returns a flatten. Some tools count the batch as a dimension; then the numbers are one higher, or the next dense
     * node takes all inputs.
     */
    Connection flatten(FlatNode node) throws IOException {
        int rank = node.input().rank();
        int first = one(node, "start_dim", 1);
        int last = one(node, "end_dim", -1);
        first += first < 0 ? rank : 0;
        last += last < -1 ? rank : 0;
        boolean takesAll = rank > 1 && first == 1 && (last == -1 || last == rank - 1) && !node.targets.isEmpty();
        for (FlatNode target : node.targets) {
            boolean dense = target.primitive == NirPrimitive.AFFINE || target.primitive == NirPrimitive.LINEAR;
            takesAll &= dense
                    && target.required("weight").shape().getLast()
                            == node.input().size();
        }
        Tensor declared = node.value("input_type");
        boolean countsBatch = declared != null && declared.count() == rank + 1 || last == rank;
        if (takesAll || countsBatch || rank == 1 && first == 1) {
            warnings.add(node + " flattens from dimension " + first + ": taken as counted with the batch");
            first = takesAll ? 0 : Math.max(0, first - 1);
            last = takesAll || last < 0 ? -1 : last - 1;
        }
        return new Flatten(first, last == rank - 1 ? -1 : last);
    }

    Lif neuron(FlatNode node) throws IOException {
        double dt = options.dt(node);
        boolean unit = node.primitive == NirPrimitive.IF && options.countsUnits(node);
        if (unit) {
            warnings.add(node + " has r = 1 everywhere: each step adds its input once, as sinabs and snnTorch mean it;"
                    + " say a time step to have it multiplied");
        }
        Lif made = switch (node.primitive) {
            case THRESHOLD -> Lif.of(Decay.NONE, Parameter.of(0));
            case I, IF ->
                Lif.of(Decay.MULTIPLY, Parameter.of(1)).withParameter("gain", perNeuron(node, "r", r -> dt * r));
            case LI, LIF -> leaky(node, "tau", dt).withParameter("gain", perNeuron(node, "r", r -> r));
            case CUBA_LI, CUBA_LIF -> synaptic(node, dt);
            case AFFINE, AVG_POOL_2D, CONV_1D, CONV_2D, DELAY, FLATTEN, INPUT, LINEAR, OUTPUT, SCALE, SUM_POOL_2D ->
                throw new AssertionError(node + " is no neuron");
        };
        if (node.primitive.role() == NirPrimitive.Role.STATE) {
            return made.withFiring(SILENT);
        }
        String threshold = node.primitive == NirPrimitive.THRESHOLD ? "threshold" : "v_threshold";
        ThresholdAndReset firing = ThresholdAndReset.DEFAULT
                .withReset(node.primitive == NirPrimitive.THRESHOLD ? Reset.NONE : options.reset())
                .withResetTime(options.resetTime(node))
                .withThreshold(perNeuron(node, threshold, value -> value).values());
        Tensor reset = node.value("v_reset");
        if (reset != null && !isSame(reset.shape(), node.required(threshold).shape())) {
            throw new IOException(node + " has 'v_reset' of shape " + reset.shape() + ", expected that of '" + threshold
                    + "', " + node.required(threshold).shape());
        }
        return made.withParameter("resetPotential", perNeuron(node, "v_reset", value -> value))
                .withFiring(firing);
    }

    private Lif leaky(FlatNode node, String tau, double dt) throws IOException {
        return Lif.of(Decay.EULER, perNeuron(node, tau, value -> share(node, tau, value, dt)))
                .withParameter("rest", perNeuron(node, "v_leak", value -> value));
    }

    /**
     * Returns neurons whose synapse holds {@code r * i}, because its current charges the membrane without another
     * factor.
     */
    private Lif synaptic(FlatNode node, double dt) throws IOException {
        double[] taus = perNeuronInDouble(node, "tau_syn");
        double[] weights = perNeuronInDouble(node, "w_in");
        double[] r = perNeuronInDouble(node, "r");
        double[] kept = new double[taus.length];
        double[] gains = new double[Math.max(taus.length, Math.max(weights.length, r.length))];
        for (int i = 0; i < gains.length; i++) {
            double share = share(node, "tau_syn", taus[taus.length == 1 ? 0 : i], dt);
            if (share > 1) {
                throw new IOException(node + " has a tau_syn below the time step " + dt
                        + ", by which its current would change its sign at each step; expected a smaller step"
                        + " (NirImport.withTimeStep, --time-step) or exact decay (withExactDecay, --exact)");
            }
            kept[taus.length == 1 ? 0 : i] = 1 - share;
            gains[i] = share * weights[weights.length == 1 ? 0 : i] * r[r.length == 1 ? 0 : i];
        }
        return leaky(node, "tau_mem", dt)
                .withParameter("synapse", Parameter.of(kept))
                .withParameter("gain", Parameter.of(gains));
    }

    /** Returns the fraction of its distance to the target value that a membrane moves in a step. */
    private double share(FlatNode node, String name, double tau, double dt) {
        if (!(tau > 0)) {
            throw new IllegalArgumentException(node + " has " + tau + " in '" + name + "', expected more than 0");
        }
        double share = options.decaysExactly() ? -StrictMath.expm1(-dt / tau) : dt / tau;
        boolean lasts = tau >= MANY_STEPS * dt && Double.isFinite(tau);
        if ((share > 1 || lasts) && warnings.stream().noneMatch(each -> each.startsWith(node + " has a '" + name))) {
            String odd = lasts
                    ? Math.round(tau / dt) + " time steps of " + dt + ": tools such as sinabs count time constants in"
                            + " steps, which the time step 1 says"
                    : "less than the time step " + dt + ": Euler's method " + (share > 2 ? "explodes" : "overshoots");
            warnings.add(node + " has a '" + name + "' of " + tau + ", " + odd);
        }
        return share;
    }

    private Parameter perNeuron(FlatNode node, String name, DoubleUnaryOperator change) throws IOException {
        double[] values = perNeuronInDouble(node, name);
        for (int i = 0; i < values.length; i++) {
            values[i] = change.applyAsDouble(values[i]);
        }
        return FileText.made(node + " has ", () -> Parameter.of(values).requireFinite(name));
    }

    /** Returns one value, or one for each neuron; the defaults are 0, and 1 for w_in. */
    private static double[] perNeuronInDouble(FlatNode node, String name) throws IOException {
        Tensor values = node.value(name);
        if (values == null) {
            return new double[] {name.equals("w_in") ? 1 : 0};
        }
        List<Integer> shape = values.shape();
        List<Integer> target = node.input().sizes();
        double[] found = node.declared.numbers(name);
        boolean each = shape.size() == 1 || isSame(shape, target);
        if (found.length == 1 || found.length == node.input().size() && each) {
            return found;
        }
        if (shape.size() != target.size()) {
            throw misfit(node, name, shape);
        }
        double[] spread = new double[node.input().size()];
        for (int i = 0; i < spread.length; i++) {
            int rest = i;
            int place = 0;
            int step = 1;
            for (int axis = shape.size() - 1; axis >= 0; axis--) {
                if (shape.get(axis) != 1 && !shape.get(axis).equals(target.get(axis))) {
                    throw misfit(node, name, shape);
                }
                place += shape.get(axis) == 1 ? 0 : rest % target.get(axis) * step;
                rest /= target.get(axis);
                step *= shape.get(axis);
            }
            spread[i] = found[place];
        }
        return spread;
    }

    /** Compares shapes without dimensions of 1. */
    private static boolean isSame(List<Integer> shape, List<Integer> other) {
        return shape.stream()
                .filter(size -> size != 1)
                .toList()
                .equals(other.stream().filter(size -> size != 1).toList());
    }

    /** Throws unless the node's optional shape equals its actual shape. */
    static void requireDeclaredShape(FlatNode node) throws IOException {
        boolean ends = node.primitive == NirPrimitive.OUTPUT;
        String name = ends ? "shape" : "input_shape";
        if (node.value(name) == null || !ends && node.primitive.role() != NirPrimitive.Role.LINK) {
            return;
        }
        List<Integer> declared = Arrays.stream(whole(node, name, null)).boxed().toList();
        List<Integer> found = node.input().sizes();
        found = ends ? found : found.subList(1, found.size());
        boolean square = !ends && declared.size() == 1 && found.stream().allMatch(declared.getFirst()::equals);
        if (!declared.isEmpty() && !square && !isSame(declared, found)) {
            throw new IOException(node + " says the " + name + " " + declared + ", but gets " + found);
        }
    }

    private static IOException misfit(FlatNode node, String name, List<Integer> shape) throws IOException {
        return new IOException(node + " has '" + name + "' of shape " + shape + ", expected one value or "
                + node.input().sizes());
    }

    /** Rounds half to even. */
    int[] steps(FlatNode node) throws IOException {
        double[] delays = perNeuronInDouble(node, "delay");
        int[] steps = new int[delays.length];
        for (int i = 0; i < steps.length; i++) {
            double exact = Math.rint(delays[i] / options.dt());
            if (!(exact >= 0 && exact <= ModelFormat.MOST_DELAY)) {
                throw new IOException(node + " has a delay of " + delays[i] + ", expected 0 to "
                        + ModelFormat.MOST_DELAY + " steps of " + options.dt());
            }
            steps[i] = (int) exact;
        }
        return steps;
    }

    private static int[] pair(FlatNode node, String name, int otherwise) throws IOException {
        int[] values = whole(node, name, otherwise);
        if (values.length < 1 || values.length > 2) {
            throw new IOException(node + " has " + values.length + " values in '" + name + "', expected 1 or 2");
        }
        return new int[] {values[0], values[values.length - 1]};
    }

    private static int one(FlatNode node, String name, int otherwise) throws IOException {
        int[] values = whole(node, name, otherwise);
        if (values.length != 1) {
            throw new IOException(node + " has " + values.length + " values in '" + name + "', expected 1");
        }
        return values[0];
    }

    private static int[] whole(FlatNode node, String name, @Nullable Integer otherwise) throws IOException {
        Tensor values = node.value(name);
        if (values == null && otherwise == null) {
            return new int[0];
        }
        if (values == null) {
            return new int[] {Objects.requireNonNull(otherwise)};
        }
        List<Integer> whole = new ArrayList<>();
        for (double value : node.declared.numbers(name)) {
            if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
                throw new IOException(node + " has " + value + " in '" + name + "', expected a whole number");
            }
            whole.add((int) value);
        }
        return whole.stream().mapToInt(Integer::intValue).toArray();
    }
}
