package dev.spikelane.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Peer;
import dev.spikelane.memory.FloatMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime: graphs made here, with all optimizations, from and into buffers that it does not copy. The steps of a
 * layer are a loop ({@code Scan}): against a graph of unrolled steps it takes 8 % more time for batch 1 and 40 % less
 * for batch 128 (Zen 5, 2026-11).
 */
public final class OnnxRuntime implements Peer {

    private static final String INPUT = "input";

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();

    @Override
    public Contestant contestant() {
        return Contestant.ONNX_RUNTIME;
    }

    @Override
    public String describe() {
        return "ONNX Runtime " + environment.getVersion();
    }

    @Override
    public Task product(FloatMatrix input, FloatMatrix weights, int threads) {
        OnnxModel model = new OnnxModel();
        model.input(INPUT, input.rows(), input.columns());
        model.constant("weights", weights);
        model.node("Gemm", List.of(INPUT, "weights"), List.of("output"), new OnnxModel.Attribute("transB", 1));
        model.output("output", input.rows(), weights.rows());
        return new Session(environment, model, input, Map.of("output", shape(input.rows(), weights.rows())), threads);
    }

    @Override
    public Task network(FloatMatrix input, int batch, List<Linear> layers, float beta, int threads) {
        OnnxModel model = new OnnxModel();
        model.input(INPUT, input.rows(), input.columns());
        Map<String, long[]> outputs = new LinkedHashMap<>();
        String from = INPUT;
        for (int i = 0; i < layers.size(); i++) {
            from = layer(model, from, input.rows() / batch, i, layers.get(i), batch, beta);
            outputs.put("membrane" + i, shape(batch, layers.get(i).bias().columns()));
        }
        for (int i = 0; i < layers.size(); i++) {
            outputs.put("spikes" + i, shape(input.rows(), layers.get(i).bias().columns()));
        }
        outputs.forEach(model::output);
        return new Session(environment, model, input, outputs, threads);
    }

    @Override
    public Task maps(FloatMatrix input, int batch, int steps, List<Maps> layers, float beta, int threads) {
        OnnxModel model = new OnnxModel();
        model.input(INPUT, input.rows(), input.columns());
        Map<String, long[]> outputs = new LinkedHashMap<>();
        String from = INPUT;
        for (int i = 0; i < layers.size(); i++) {
            Maps layer = layers.get(i);
            String currents = currents(model, from, i, layer);
            if (i == 0 && input.rows() == batch) {
                model.constant("layer0_times", steps, 1);
                model.node("Tile", List.of(currents, "layer0_times"), List.of("layer0_tiled"));
                currents = "layer0_tiled";
            }
            from = neurons(model, currents, steps, i, layer.neurons(), batch, beta);
            outputs.put("membrane" + i, shape(batch, layer.neurons()));
        }
        outputs.forEach(model::output);
        return new Session(environment, model, input, outputs, threads);
    }

    /** Adds a convolution and its pool, or a product, and returns the name of its currents, a row for each sample. */
    private static String currents(OnnxModel model, String from, int number, Maps layer) {
        String name = "layer" + number + "_";
        int outputs = layer.linear().weights().rows();
        model.constant(name + "bias", layer.linear().bias().toArray(), outputs);
        List<String> operands = List.of(name + "in", name + "weights", name + "bias");
        if (layer.kernel() == 0) {
            model.constant(name + "weights", layer.linear().weights());
            model.constant(name + "shape", -1, layer.linear().weights().columns());
            model.node("Reshape", List.of(from, name + "shape"), List.of(name + "in"));
            model.node("Gemm", operands, List.of(name + "made"), new OnnxModel.Attribute("transB", 1));
            return name + "made";
        }
        long kernel = layer.kernel();
        long padding = layer.padding();
        float[] weights = layer.linear().weights().toArray();
        model.constant(name + "row", -1, layer.neurons());
        model.constant(name + "weights", weights, outputs, layer.channels(), layer.kernel(), layer.kernel());
        model.constant(name + "shape", -1, layer.channels(), layer.side(), layer.side());
        model.node("Reshape", List.of(from, name + "shape"), List.of(name + "in"));
        model.node(
                "Conv",
                operands,
                List.of(name + "map"),
                new OnnxModel.Attribute("kernel_shape", kernel, kernel),
                new OnnxModel.Attribute("pads", padding, padding, padding, padding));
        String made = name + "map";
        if (layer.pools()) {
            model.node(
                    "MaxPool",
                    List.of(made),
                    List.of(name + "pooled"),
                    new OnnxModel.Attribute("kernel_shape", 2, 2),
                    new OnnxModel.Attribute("strides", 2, 2));
            made = name + "pooled";
        }
        model.node("Reshape", List.of(made, name + "row"), List.of(name + "made"));
        return name + "made";
    }

    /** Adds a layer and returns the name of its spikes. */
    private static String layer(
            OnnxModel model, String from, int steps, int number, Linear linear, int batch, float beta) {
        String name = "layer" + number + "_";
        model.constant(name + "weights", linear.weights());
        model.constant(name + "bias", linear.bias());
        model.node(
                "Gemm",
                List.of(from, name + "weights", name + "bias"),
                List.of(name + "rows"),
                new OnnxModel.Attribute("transB", 1));
        return neurons(model, name + "rows", steps, number, linear.bias().columns(), batch, beta);
    }

    /** Adds neurons and returns the name of their spikes. */
    private static String neurons(
            OnnxModel model, String rows, int steps, int number, int neurons, int batch, float beta) {
        String name = "layer" + number + "_";
        String spikes = "spikes" + number;
        model.constant(name + "silent", new float[batch * neurons], batch, neurons);
        model.constant(name + "by_step", steps, batch, neurons);
        model.constant(name + "by_row", (long) steps * batch, neurons);
        model.node("Reshape", List.of(rows, name + "by_step"), List.of(name + "currents"));
        model.node(
                "Scan",
                List.of(name + "silent", name + "silent", name + "currents"),
                List.of("membrane" + number, name + "last", name + "spikes"),
                new OnnxModel.Attribute("num_scan_inputs", 1),
                new OnnxModel.Attribute("body", step(batch, neurons, beta)));
        model.node("Reshape", List.of(name + "spikes", name + "by_row"), List.of(spikes));
        return spikes;
    }

    /** A step of neurons: membranes, spikes before and currents to membranes, spikes, and spikes to be kept. */
    private static OnnxModel step(int batch, int neurons, float beta) {
        OnnxModel step = new OnnxModel();
        step.constant("beta", new float[] {beta});
        step.constant("threshold", new float[] {1});
        List.of("membrane", "before", "current").forEach(input -> step.input(input, batch, neurons));
        step.node("Mul", List.of("membrane", "beta"), List.of("decayed"));
        step.node("Add", List.of("decayed", "current"), List.of("charged"));
        step.node("Sub", List.of("charged", "before"), List.of("next"));
        step.node("Greater", List.of("next", "threshold"), List.of("fires"));
        step.node("Cast", List.of("fires"), List.of("spikes"), new OnnxModel.Attribute("to", 1));
        step.node("Identity", List.of("spikes"), List.of("kept"));
        List.of("next", "spikes", "kept").forEach(output -> step.output(output, batch, neurons));
        return step;
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    /** A model that is loaded, with its buffers. */
    private static final class Session implements Task {
        private final OrtSession session;
        private final Map<String, OnnxTensor> inputs;
        private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
        private final List<FloatBuffer> results = new ArrayList<>();

        Session(
                OrtEnvironment environment,
                OnnxModel model,
                FloatMatrix input,
                Map<String, long[]> shapes,
                int threads) {
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
                options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
                options.setIntraOpNumThreads(threads);
                session = environment.createSession(model.toByteArray(), options);
                FloatBuffer values = buffer((long) input.rows() * input.columns());
                values.put(input.toArray()).rewind();
                inputs = Map.of(
                        INPUT, OnnxTensor.createTensor(environment, values, shape(input.rows(), input.columns())));
                for (Map.Entry<String, long[]> shape : shapes.entrySet()) {
                    FloatBuffer result = buffer(shape.getValue()[0] * shape.getValue()[1]);
                    results.add(result);
                    outputs.put(shape.getKey(), OnnxTensor.createTensor(environment, result, shape.getValue()));
                }
            } catch (OrtException failure) {
                throw new IllegalStateException(failure);
            }
        }

        private static FloatBuffer buffer(long floats) {
            return ByteBuffer.allocateDirect(Math.toIntExact(floats * Float.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }

        @Override
        public void run() {
            try (OrtSession.Result done = session.run(inputs, outputs)) {
                assert done.size() == outputs.size();
            } catch (OrtException failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public List<float[]> results() {
            return results.stream()
                    .map(buffer -> {
                        float[] values = new float[buffer.capacity()];
                        buffer.get(0, values);
                        return values;
                    })
                    .toList();
        }

        @Override
        public void close() {
            try {
                inputs.values().forEach(OnnxTensor::close);
                outputs.values().forEach(OnnxTensor::close);
                session.close();
            } catch (OrtException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
