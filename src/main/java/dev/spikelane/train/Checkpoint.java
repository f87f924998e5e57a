package dev.spikelane.train;

import dev.spikelane.io.Safetensors;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.TensorType;
import dev.spikelane.memory.FloatMatrix;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run between two steps: the network's values in torch's layout, the optimizer's state in its own order, where the run stands, and what was said
 * about it, so that only the same run goes on from it.
 */
final class Checkpoint {

    private static final String FORMAT = "spikelane checkpoint 3";
    private static final long MOST_BYTES = 1L << 34;
    private static final String BEST = "best.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String EPOCH = "epoch.";
    private static final String INITIAL = "initial";

    /** What else must hold before anything is taken over. */
    interface Condition {
        void require(Reader reader, RunState state) throws IOException;
    }

    private final Trainer trainer;
    /** What must be the same, by name. */
    private final Map<String, String> recipe;

    /** The hash of the values from which the run started. */
    private String initial;

    Checkpoint(Trainer trainer, Map<String, String> recipe) {
        this.trainer = trainer;
        this.recipe = recipe;
        this.initial = hash();
    }

    private String hash() {
        return Long.toHexString(trainer.network().weights().hash());
    }

    /** Writes a file as a whole or not at all. */
    void write(Path file, RunState state, Map<String, String> more) throws IOException {
        Map<String, FloatMatrix> tensors = new LinkedHashMap<>();
        for (String name : trainer.network().weights().names()) {
            tensors.put(name, trainer.network().weights().get(name));
        }
        state.best.forEach((name, values) -> tensors.put(BEST + name, values));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put(INITIAL, initial);
        metadata.putAll(recipe);
        metadata.putAll(more);
        for (TrainingParameter parameter : trainer.parameters()) {
            metadata.put(
                    OPTIMIZER + parameter.name() + ".steps",
                    String.valueOf(parameter.update().steps()));
            parameter.update().state().forEach((name, values) -> tensors.put(key(parameter, name), copy(values)));
        }
        numbers(state).forEach((name, number) -> metadata.put(name, number.toString()));
        for (EpochResult result : state.results) {
            metadata.put(EPOCH + result.epoch(), text(result));
        }
        List<Tensor> content = new ArrayList<>();
        tensors.forEach(
                (name, values) -> content.add(Tensor.of(name, values, List.of(values.rows(), values.columns()))));
        Safetensors.of(metadata, content).write(file);
    }

    private static String key(TrainingParameter parameter, String state) {
        return OPTIMIZER + parameter.name() + "." + state;
    }

    private static FloatMatrix copy(MemorySegment values) {
        FloatMatrix copy = FloatMatrix.zeros(1, Math.toIntExact(values.byteSize() / Float.BYTES));
        MemorySegment.copy(values, 0, copy.segment(), 0, values.byteSize());
        return copy;
    }

    private static Map<String, Number> numbers(RunState state) {
        Map<String, Number> numbers = new LinkedHashMap<>();
        numbers.put("run.epoch", state.epoch);
        numbers.put("run.batch", state.batch);
        numbers.put("run.step", state.step);
        numbers.put("run.loss_sum", state.lossSum);
        numbers.put("run.right", state.right);
        numbers.put("run.samples", state.samples);
        numbers.put("run.nanoseconds", state.nanoseconds);
        numbers.put("run.observer_nanoseconds", state.observerNanoseconds);
        numbers.put("run.last_loss", state.lastLoss);
        numbers.put("run.last_rate", state.lastRate);
        numbers.put("run.best_epoch", state.bestEpoch);
        numbers.put("run.epochs", state.results.size());
        return numbers;
    }

    private static String text(EpochResult result) {
        return result.rate() + " " + result.loss() + " " + result.accuracy() + " " + result.validationLoss() + " "
                + result.validationAccuracy() + " " + result.samples() + " " + result.seconds() + " "
                + result.observerSeconds();
    }

    /**
     * Reads a file and takes everything over.
     *
     * @throws IOException if it cannot be read or is not a checkpoint of this run; nothing has changed then
     */
    RunState read(Path file, boolean withBest, Condition condition) throws IOException {
        Reader reader = new Reader(file, Safetensors.read(file, MOST_BYTES));
        reader.requireFormat();
        for (Map.Entry<String, String> each : recipe.entrySet()) {
            reader.require(each.getKey(), each.getValue());
        }
        RunState state = reader.state();
        condition.require(reader, state);
        Map<String, FloatMatrix> values = new LinkedHashMap<>();
        for (String name : trainer.network().weights().names()) {
            FloatMatrix now = trainer.network().weights().get(name);
            values.put(name, reader.tensor(name, now.rows(), now.columns()));
            if (withBest && state.bestEpoch >= 0) {
                state.best.put(name, reader.tensor(BEST + name, now.rows(), now.columns()));
            }
        }
        String start = start(reader, state, values);
        Map<MemorySegment, FloatMatrix> ofOptimizer = new LinkedHashMap<>();
        Map<TrainingParameter, Long> steps = new LinkedHashMap<>();
        for (TrainingParameter parameter : trainer.parameters()) {
            steps.put(parameter, reader.whole(OPTIMIZER + parameter.name() + ".steps"));
            for (Map.Entry<String, MemorySegment> each :
                    parameter.update().state().entrySet()) {
                int length = Math.toIntExact(each.getValue().byteSize() / Float.BYTES);
                ofOptimizer.put(each.getValue(), reader.tensor(key(parameter, each.getKey()), 1, length));
            }
        }
        initial = start;
        trainer.network().weights().replaceAll(values);
        trainer.reload();
        ofOptimizer.forEach((to, from) -> MemorySegment.copy(from.segment(), 0, to, 0, to.byteSize()));
        steps.forEach((parameter, count) -> parameter.update().setSteps(count));
        return state;
    }

    /** The hash of the values from which the saved run started: those of this network, unless it has come as far as the run has. */
    private String start(Reader reader, RunState state, Map<String, FloatMatrix> values) throws IOException {
        String found = reader.text(INITIAL);
        if (!found.equals(initial) && !are(values) && !are(state.best)) {
            throw new IOException(reader.file() + ": is of a run whose network started with other values (hash " + found
                    + "), expected those of this one (" + initial
                    + "): use the same seed or the same model, or delete the file to train anew");
        }
        return found;
    }

    /** Whether the network has these values. */
    private boolean are(Map<String, FloatMatrix> values) {
        for (Map.Entry<String, FloatMatrix> each : values.entrySet()) {
            FloatMatrix now = trainer.network().weights().get(each.getKey());
            if (each.getValue().segment().mismatch(now.segment()) >= 0) {
                return false;
            }
        }
        return !values.isEmpty();
    }

    /** Reads parts of a file, and names it in messages. */
    record Reader(Path file, Safetensors content) {

        String text(String name) throws IOException {
            String found = content.metadata().get(name);
            if (found == null) {
                throw new IOException(file + ": has no '" + name + "', expected a checkpoint of a training run");
            }
            return found;
        }

        void requireFormat() throws IOException {
            String found = text("format");
            if (!found.equals(FORMAT)) {
                throw new IOException(file + ": has the format '" + found + "', expected '" + FORMAT
                        + "': it is no checkpoint, or another version wrote it");
            }
        }

        void require(String name, String expected) throws IOException {
            String found = text(name);
            if (!found.equals(expected)) {
                throw new IOException(file + ": is of a run with " + name + " '" + found + "', expected '" + expected
                        + "', as this run has; go on as that run was begun, or delete the file to train anew");
            }
        }

        long whole(String name) throws IOException {
            try {
                long number = Long.parseLong(text(name));
                if (number >= -1) {
                    return number;
                }
            } catch (NumberFormatException notANumber) {
                // The message below says it.
            }
            throw new IOException(file + ": '" + name + "' is '" + text(name) + "', expected a whole number");
        }

        double number(String name, String text) throws IOException {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException notANumber) {
                throw new IOException(file + ": '" + name + "' has '" + text + "', expected a number", notANumber);
            }
        }

        FloatMatrix tensor(String name, int rows, int columns) throws IOException {
            for (Tensor tensor : content.tensors()) {
                if (tensor.name().equals(name)) {
                    if (tensor.type() == TensorType.F32 && tensor.shape().equals(List.of(rows, columns))) {
                        return tensor.matrix();
                    }
                    throw new IOException(
                            file + ": has " + tensor + ", expected F32 of shape [" + rows + ", " + columns + "]");
                }
            }
            throw new IOException(file + ": has no tensor '" + name + "', expected a checkpoint of a training run");
        }

        RunState state() throws IOException {
            RunState state = new RunState();
            state.epoch = Math.toIntExact(whole("run.epoch"));
            state.batch = Math.toIntExact(whole("run.batch"));
            state.step = whole("run.step");
            state.lossSum = number("run.loss_sum", text("run.loss_sum"));
            state.right = whole("run.right");
            state.samples = whole("run.samples");
            state.nanoseconds = whole("run.nanoseconds");
            state.observerNanoseconds = whole("run.observer_nanoseconds");
            state.lastLoss = number("run.last_loss", text("run.last_loss"));
            state.lastRate = number("run.last_rate", text("run.last_rate"));
            state.bestEpoch = Math.toIntExact(whole("run.best_epoch"));
            long epochs = whole("run.epochs");
            for (int epoch = 1; epoch <= epochs; epoch++) {
                state.results.add(result(epoch));
            }
            return state;
        }

        private EpochResult result(int epoch) throws IOException {
            String name = EPOCH + epoch;
            String[] words = text(name).split(" ", -1);
            if (words.length != 8) {
                throw new IOException(file + ": '" + name + "' has " + Arrays.toString(words) + ", expected 8 numbers");
            }
            double[] numbers = new double[words.length];
            for (int i = 0; i < words.length; i++) {
                numbers[i] = number(name, words[i]);
            }
            return new EpochResult(new EpochResult.Numbers(
                    epoch,
                    numbers[0],
                    numbers[1],
                    numbers[2],
                    numbers[3],
                    numbers[4],
                    (long) numbers[5],
                    numbers[6],
                    numbers[7]));
        }
    }
}
