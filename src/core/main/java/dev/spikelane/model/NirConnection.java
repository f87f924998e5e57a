package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Pool;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Weights;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a connection with its current values as a NIR node, with a method for each primitive.
 *
 * @param name the name of the node
 * @param rows the shape of its source
 * @param owner the prefix of the names of its values
 * @param changes receives facts that other readers interpret differently
 */
record NirConnection(
        Weights weights, String name, Connection declared, Shape rows, String owner, List<String> changes) {

    /** Throws, because NIR has no such primitive. */
    @SuppressWarnings("DoNotCallSuggester") // called by a row of the table
    NirFile.Graph.Node none(String advice) {
        throw new IllegalArgumentException(
                "'" + name + "' is " + declared + ", for which NIR has no primitive" + advice);
    }

    NirFile.Graph.Node flatten(Flatten flatten) {
        return NirFile.Graph.Node.of(
                "Flatten",
                Map.of(
                        "start_dim", whole("start_dim", List.of(), flatten.first()),
                        "end_dim", whole("end_dim", List.of(), flatten.last()),
                        "input_type", sizes(rows)));
    }

    NirFile.Graph.Node scale() {
        return scale(weights.get(owner + ".weight").toArray());
    }

    NirFile.Graph.Node scale(float... factors) {
        double[] wide = new double[factors.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = factors[i];
        }
        return scale(rows, wide);
    }

    static NirFile.Graph.Node scale(Shape rows, double... factors) {
        return NirFile.Graph.Node.of("Scale", Map.of("scale", numbers("scale", rows, factors)));
    }

    NirFile.Graph.Node dense() {
        Map<String, Tensor> values = new LinkedHashMap<>();
        values.put("weight", stored(owner + ".weight"));
        if (!weights.names().contains(owner + ".bias")) {
            return NirFile.Graph.Node.of("Linear", values);
        }
        values.put("bias", stored(owner + ".bias"));
        boolean silent = true;
        for (float each : weights.get(owner + ".bias").toArray()) {
            silent &= each == 0;
        }
        if (silent) {
            values.remove("bias");
        }
        return NirFile.Graph.Node.of(silent ? "Linear" : "Affine", values);
    }

    private Tensor stored(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        List<Integer> shape = weights.shape(name);
        FloatMatrix values = weights.get(name);
        return Tensor.of(last, values, shape);
    }

    NirFile.Graph.Node convolution(Convolution convolution) {
        Kernel kernel = convolution.kernel();
        if (kernel.transposed()) {
            return none("");
        }
        boolean maps = kernel.dimensions() == 2;
        Map<String, Tensor> values = new LinkedHashMap<>();
        values.put("weight", stored(owner + ".weight"));
        values.put(
                "bias",
                weights.names().contains(owner + ".bias")
                        ? stored(owner + ".bias")
                        : Tensor.of(
                                "bias", FloatMatrix.zeros(1, convolution.outputs()), List.of(convolution.outputs())));
        Kernel.Axis y = kernel.y();
        Kernel.Axis x = kernel.x();
        values.put("stride", pair("stride", maps, y.stride(), x.stride()));
        values.put("dilation", pair("dilation", maps, y.dilation(), x.dilation()));
        values.put("groups", whole("groups", List.of(), kernel.groups()));
        values.put("input_shape", pair("input_shape", maps, maps ? rows.height() : 1, rows.width()));
        Map<String, String> texts = new LinkedHashMap<>();
        if (x.same()) {
            texts.put("padding", "same");
        } else {
            values.put("padding", pair("padding", maps, y.padding(), x.padding()));
        }
        // nir 1.0.8 assumes the inputs of one group, and square kernels.
        if (kernel.groups() > 1 || maps && y.size() != x.size()) {
            changes.add("'" + name + "' has groups or a kernel that is no square, of which nir.read of Python derives"
                    + " other shapes: it reads the file with type_check=False");
        }
        return new NirFile.Graph.Node(
                maps ? "Conv2d" : "Conv1d", values, texts, new NirFile.Graph(Map.of(), List.of()));
    }

    NirFile.Graph.Node pool(Pool pool) {
        boolean sums = pool.rule() == Pool.Rule.SUM || pool.rule() == Pool.Rule.AVERAGE;
        if (!sums || pool.ceil() || !pool.countsPadding()) {
            return none("");
        }
        Pool.Axis y = pool.y();
        Pool.Axis x = pool.x();
        Map<String, Tensor> values = Map.of(
                "kernel_size", pair("kernel_size", true, y.size(), x.size()),
                "stride", pair("stride", true, y.stride(), x.stride()),
                "padding", pair("padding", true, y.padding(), x.padding()));
        return NirFile.Graph.Node.of(pool.rule() == Pool.Rule.SUM ? "SumPool2d" : "AvgPool2d", values);
    }

    private static Tensor pair(String name, boolean maps, int y, int x) {
        return maps ? whole(name, List.of(2), y, x) : whole(name, List.of(), x);
    }

    static Tensor sizes(Shape shape) {
        return whole(
                "shape",
                List.of(shape.rank()),
                shape.sizes().stream().mapToInt(Integer::intValue).toArray());
    }

    private static Tensor whole(String name, List<Integer> shape, int... values) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[values.length * Long.BYTES]);
        for (int i = 0; i < values.length; i++) {
            bytes.set(LittleEndian.LONG, (long) i * Long.BYTES, values[i]);
        }
        return Tensor.of(name, Tensor.Type.I64, shape, bytes);
    }

    /** Returns one number for each input. */
    static Tensor numbers(String name, Shape shape, double... values) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[shape.size() * Double.BYTES]);
        for (int i = 0; i < shape.size(); i++) {
            bytes.set(LittleEndian.DOUBLE, (long) i * Double.BYTES, values[values.length == 1 ? 0 : i]);
        }
        return Tensor.of(name, Tensor.Type.F64, shape.sizes(), bytes);
    }
}
