package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.window.ConvOperator;
import dev.spikelane.connection.operator.window.ConvolutionLayout;
import dev.spikelane.connection.operator.window.IntegerConvOperator;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Convolutions of one and two dimensions, and transposed ones: weights for each place of a window, and a bias. */
final class ConvolutionKind extends ConnectionKind<Convolution> {

    private static final String OUTPUTS = "outputs";
    private static final String DIMENSIONS = "dimensions";
    private static final String TRANSPOSED = "transposed";
    private static final String GROUPS = "groups";
    private static final String SAME = "padding_same";
    private static final String HEIGHT = "_height";
    private static final String WIDTH = "_width";
    private static final String BIAS = "bias";

    ConvolutionKind() {
        super(Convolution.class, "convolution", Trait.SUMS, Trait.VALUES);
    }

    @Override
    public List<ValueDescription> values(Convolution declared, Shape rows) {
        Kernel kernel = declared.kernel();
        List<Integer> shape = new ArrayList<>();
        shape.add(declared.weights().rows());
        shape.add(declared.weights().columns() / (kernel.y().size() * kernel.x().size()));
        if (kernel.dimensions() == 2) {
            shape.add(kernel.y().size());
        }
        shape.add(kernel.x().size());
        List<ValueDescription> values = new ArrayList<>();
        ElementType type = ElementType.FLOAT32;
        if (declared.integers().isPresent()) { // scales come first, for code that reads values one by one
            IntegerMatrix integers = declared.integers().orElseThrow();
            type = integers.type();
            values.add(ValueDescription.buffer(
                    ValueDescription.WEIGHT + ValueDescription.SCALE, integers.scales().length));
        }
        values.add(new ValueDescription(ValueDescription.WEIGHT, shape, type, ValueDescription.Role.WEIGHT));
        if (kernel.biased()) {
            values.add(ValueDescription.weight(ValueDescription.BIAS, declared.outputs()));
        }
        return values;
    }

    @Override
    public @Nullable Connection withRows(Convolution declared) {
        if (declared.kernel().transposed() || declared.integers().isPresent()) {
            return null;
        }
        return declared.kernel().biased()
                ? declared
                : Convolution.of(declared.kernel(), declared.weights(), declared.bias());
    }

    @Override
    public SequencedMap<String, Number> options(Convolution declared) {
        Kernel kernel = declared.kernel();
        SequencedMap<String, Number> options = new LinkedHashMap<>();
        options.put("inputs", declared.inputs());
        options.put(OUTPUTS, declared.outputs());
        options.put(DIMENSIONS, kernel.dimensions());
        options.put(TRANSPOSED, kernel.transposed() ? 1 : 0);
        options.put(GROUPS, kernel.groups());
        options.put(BIAS, kernel.biased() ? 1 : 0);
        put(options, kernel.y(), HEIGHT);
        put(options, kernel.x(), WIDTH);
        options.put(SAME, kernel.x().same() ? 1 : 0);
        declared.integers()
                .ifPresent(weights -> options.put(BITS, weights.type().bits()));
        return options;
    }

    private static void put(SequencedMap<String, Number> options, Kernel.Axis axis, String along) {
        options.put("kernel" + along, axis.size());
        options.put("stride" + along, axis.stride());
        options.put("padding" + along, axis.padding());
        options.put("dilation" + along, axis.dilation());
        options.put("output_padding" + along, axis.outputPadding());
    }

    private static Kernel.Axis axis(JsonValue declared, String along, boolean same) throws IOException {
        return new Kernel.Axis(
                integer(declared, "kernel" + along),
                integer(declared, "stride" + along),
                integer(declared, "padding" + along),
                integer(declared, "dilation" + along),
                integer(declared, "output_padding" + along),
                same);
    }

    private static boolean flag(JsonValue declared, String name) throws IOException {
        return declared.member(name).integer(0, 1) == 1;
    }

    private static int integer(JsonValue declared, String name) throws IOException {
        return (int) declared.member(name).integer(0, Integer.MAX_VALUE);
    }

    @Override
    public Operator bind(Arena arena, Convolution declared, Shape rows, Parameter spikeValue) {
        return declared.integers().isPresent()
                ? new IntegerConvOperator(arena, declared, values(declared, rows), rows, spikeValue)
                : new ConvOperator(arena, declared, values(declared, rows), rows, spikeValue);
    }

    @Override
    public int[] reach(Convolution declared, Shape source) {
        return ConvolutionLayout.of(declared, source).reach();
    }

    @Override
    public Nonzeros nonzeros(Convolution declared, Shape source, Function<String, FloatMatrix> present) {
        FloatMatrix weights = present.apply(ValueDescription.WEIGHT);
        return Nonzeros.of(weights, ConvolutionLayout.of(declared, source).reach(weights));
    }

    @Override
    public Connection quantized(Convolution declared, ElementType type, Function<String, FloatMatrix> present) {
        if (declared.integers().isPresent()) {
            return declared;
        }
        FloatMatrix weights = present.apply(ValueDescription.WEIGHT);
        return (declared.kernel().biased()
                        ? Convolution.of(declared.kernel(), weights, present.apply(ValueDescription.BIAS))
                        : Convolution.of(declared.kernel(), weights))
                .nearest(type);
    }

    @Override
    public Connection withIntegers(
            Convolution declared, IntegerMatrix integers, Function<String, FloatMatrix> present) {
        boolean biased = declared.kernel().biased();
        return Convolution.of(
                declared.kernel(), integers, biased ? present.apply(ValueDescription.BIAS) : declared.bias());
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        int dimensions = integer(declared, DIMENSIONS);
        boolean same = flag(declared, SAME);
        Kernel kernel = new Kernel(
                axis(declared, HEIGHT, same && dimensions == 2),
                axis(declared, WIDTH, same),
                dimensions,
                flag(declared, TRANSPOSED),
                integer(declared, GROUPS),
                flag(declared, BIAS));
        boolean bits = declared.members().containsKey(BITS);
        Convolution read = bits || !kernel.transposed() && values.staysInteger(ValueDescription.WEIGHT)
                ? Convolution.of(
                        kernel, integers(declared, values, kernel.dimensions() + 2), bias(kernel, declared, values))
                : floats(kernel, values);
        SequencedMap<String, Number> options = options(read);
        if (!bits) {
            options.remove(BITS); // declared floats may be integers in the file
        }
        requireOptions(declared, options, values);
        return read;
    }

    private static Convolution floats(Kernel kernel, StoredValues values) throws IOException {
        FloatMatrix weights = values.floats(ValueDescription.WEIGHT, kernel.dimensions() + 2);
        return kernel.biased()
                ? Convolution.of(kernel, weights, values.floats(ValueDescription.BIAS, 1))
                : Convolution.of(kernel, weights);
    }

    private static FloatMatrix bias(Kernel kernel, JsonValue declared, StoredValues values) throws IOException {
        return kernel.biased()
                ? values.floats(ValueDescription.BIAS, 1)
                : FloatMatrix.zeros(1, integer(declared, OUTPUTS));
    }
}
