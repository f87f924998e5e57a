package dev.spikelane.train.run;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Weights;
import dev.spikelane.train.update.ParameterUpdate;
import dev.spikelane.train.update.TrainingParameter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A run between two steps: the network's values in torch's layout, the optimizer's state in its own order, the state of
 * the run, and the description of the run. Only a run with this description continues from it.
 */
public final class Checkpoint {

    private static final String FORMAT = "spikelane checkpoint 5";

    private static final long MOST_BYTES = 1L << 34;
    private static final String BEST = "best.";
    private static final String OPTIMIZER = "optimizer.";
    /** Prefix of texts with all digits of counts, which files also hold as floats. */
    private static final String COUNT = "count.";

    private static final String INITIAL = "initial";
    private static final String ORDER = "order";
    private static final String FIRST_ORDER = "first order";
    private static final String GENERATOR = "generator";

    /** Integers of a random generator's state. */
    private static final int WORDS = 625;

    private final Network network;
    private final List<TrainingParameter> parameters;
    private final Runnable reload;
    private final RunIdentity identity;
    private final RunNumbers numbers;
    private final EpochOrders orders;

    /** Hash of the initial values of the run. */
    private String initial;

    public Checkpoint(
            Network network,
            List<TrainingParameter> parameters,
            Runnable reload,
            RunIdentity identity,
            RunNumbers numbers,
            EpochOrders orders) {
        this.network = network;
        this.parameters = parameters;
        this.reload = reload;
        this.identity = identity;
        this.numbers = numbers;
        this.orders = orders;
        this.initial = hash();
    }

    private List<String> counted() {
        return weights().names().stream()
                .filter(name -> weights().type(name) == ElementType.INT64)
                .toList();
    }

    private String hash() {
        return Long.toHexString(weights().hash());
    }

    private Weights weights() {
        return network.weights();
    }

    /** Copies all values of a network, of one version. */
    public static Map<String, FloatMatrix> values(Network network) {
        return network.laidOut().guard().read(() -> {
            Map<String, FloatMatrix> values = new LinkedHashMap<>();
            network.weights()
                    .names()
                    .forEach(name -> values.put(name, network.weights().get(name)));
            return values;
        });
    }

    /** Writes the complete file, or none. */
    public void write(Path file, RunState state) throws IOException {
        Map<String, FloatMatrix> tensors = values(network);
        state.best.forEach((name, values) -> tensors.put(BEST + name, values));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put(INITIAL, initial);
        metadata.putAll(identity.recipe());
        orders.go(state.epoch);
        metadata.put(FIRST_ORDER, orders.firstSum());
        metadata.put(ORDER, orders.sum());
        for (TrainingParameter parameter : parameters) {
            metadata.put(
                    key(parameter, "steps"), String.valueOf(parameter.update().steps()));
            parameter.update().state().forEach((name, values) -> tensors.put(key(parameter, name), copy(values)));
        }
        metadata.putAll(numbers.texts(state));
        counted()
                .forEach(name ->
                        metadata.put(COUNT + name, String.valueOf(weights().count(name))));
        List<Tensor> content = new ArrayList<>();
        tensors.forEach(
                (name, values) -> content.add(Tensor.of(name, values, List.of(values.rows(), values.columns()))));
        content.add(Tensor.of(GENERATOR, Tensor.Type.I32, List.of(WORDS), bytes(orders.state())));
        metadata.put(CheckpointSum.NAME, CheckpointSum.of(Tensors.of(metadata, content)));
        Tensors.of(metadata, content).write(file);
    }

    private static String key(TrainingParameter parameter, String state) {
        return OPTIMIZER + parameter.name() + "." + state;
    }

    private static MemorySegment bytes(int[] words) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[words.length * Integer.BYTES]);
        MemorySegment.copy(words, 0, bytes, LittleEndian.INT, 0, words.length);
        return bytes;
    }

    private static FloatMatrix copy(MemorySegment values) {
        FloatMatrix copy = FloatMatrix.zeros(1, Math.toIntExact(values.byteSize() / Float.BYTES));
        MemorySegment.copy(values, 0, copy.segment(), 0, values.byteSize());
        return copy;
    }

    /**
     * Reads a file and restores all parts of the run.
     *
     * @throws IOException if it cannot be read, or is not a checkpoint of this run; the message names the file and the
     *     difference, and nothing has changed then
     */
    public RunState read(Path file, boolean withBest) throws IOException {
        CheckpointReader reader =
                new CheckpointReader(file, Tensors.read(file, Tensors.Format.SAFETENSORS, MOST_BYTES));
        String format = reader.text("format");
        if (!format.equals(FORMAT)) {
            throw reader.wrong("format", format, "'" + FORMAT + "': it is no checkpoint, or another version wrote it");
        }
        for (Map.Entry<String, String> each : identity.recipe().entrySet()) {
            reader.require(each.getKey(), each.getValue());
        }
        RunState state = numbers.read(reader);
        reader.requireWhole();
        goTo(state, reader);
        Map<String, FloatMatrix> values = new LinkedHashMap<>();
        for (String name : weights().names()) {
            FloatMatrix now = weights().get(name);
            values.put(name, reader.matrix(name, now.rows(), now.columns(), true));
            if (withBest && state.bestEpoch >= 0) {
                state.best.put(name, reader.matrix(BEST + name, now.rows(), now.columns(), true));
            }
        }
        String start = start(reader, state, values);
        List<Runnable> ofOptimizer = optimizer(reader);
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String name : counted()) {
            float rounded = Objects.requireNonNull(values.get(name)).get(0, 0);
            counts.put(name, count(reader, name, rounded));
        }
        replace(file, values);
        counts.forEach(weights()::replace);
        initial = start;
        ofOptimizer.forEach(Runnable::run); // includes learned feedback
        reload.run();
        return state;
    }

    private static long count(CheckpointReader reader, String name, float rounded) throws IOException {
        long count = reader.whole(COUNT + name, 0, Long.MAX_VALUE, ", a number of batches");
        if ((float) count != rounded) {
            throw reader.wrong(
                    COUNT + name, String.valueOf(count), "what rounds to " + rounded + ", as its tensor has");
        }
        return count;
    }

    /**
     * Draws the order of the epoch, and checks that the file has this order, and this learning rate of its last step.
     */
    private void goTo(RunState state, CheckpointReader reader) throws IOException {
        if (state.step > 0) {
            reader.require("run.last_rate", String.valueOf(identity.rate().applyAsDouble(state.step - 1)));
        }
        reader.require(FIRST_ORDER, orders.firstSum());
        try {
            orders.go(state.epoch, reader.words(GENERATOR, WORDS));
        } catch (IllegalArgumentException refused) {
            throw new IOException(reader.file() + ": tensor '" + GENERATOR + "': " + refused.getMessage(), refused);
        }
        reader.require(ORDER, orders.sum());
    }

    private List<Runnable> optimizer(CheckpointReader reader) throws IOException {
        List<Runnable> all = new ArrayList<>();
        String first = key(parameters.getFirst(), "steps");
        for (TrainingParameter parameter : parameters) {
            ParameterUpdate update = parameter.update();
            long steps = RunNumbers.steps(reader, key(parameter, "steps"), first);
            all.add(() -> update.setSteps(steps));
            for (Map.Entry<String, MemorySegment> each : update.state().entrySet()) {
                MemorySegment to = each.getValue();
                int length = Math.toIntExact(to.byteSize() / Float.BYTES);
                // A mean of squares may have overflowed: then its values do not change any more, as in a run without a
                // restart.
                FloatMatrix from = reader.matrix(key(parameter, each.getKey()), 1, length, false);
                all.add(() -> MemorySegment.copy(from.segment(), 0, to, 0, to.byteSize()));
            }
        }
        return all;
    }

    private void replace(Path file, Map<String, FloatMatrix> values) throws IOException {
        try {
            weights().replaceAll(values);
        } catch (IllegalArgumentException refused) {
            throw new IOException(file + ": has values that the network refuses: " + refused.getMessage(), refused);
        }
    }

    /**
     * Returns the hash of the saved run's initial values. Throws unless this run began with them, or the network has
     * the last or best values of the saved run.
     */
    private String start(CheckpointReader reader, RunState state, Map<String, FloatMatrix> values) throws IOException {
        String found = reader.text(INITIAL);
        if (!found.equals(initial) && !are(values) && !are(state.best)) {
            throw new IOException(
                    reader.file() + ": is of a run whose network started with other values ('" + INITIAL + "' is "
                            + JsonValue.quoted(found) + "), expected those of this one ('" + initial
                            + "'): use the same seed or the same model, or delete the file to train anew");
        }
        return found;
    }

    private boolean are(Map<String, FloatMatrix> values) {
        for (Map.Entry<String, FloatMatrix> each : values.entrySet()) {
            FloatMatrix now = weights().get(each.getKey());
            if (each.getValue().segment().mismatch(now.segment()) >= 0) {
                return false;
            }
        }
        return !values.isEmpty();
    }
}
