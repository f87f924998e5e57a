package dev.spikelane.model;

import dev.spikelane.connection.kind.StoredValues;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.NeuronOptions;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Weights;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tensors of a model file as values. */
final class ModelTensors {

    private static final Set<Tensor.Type> FLOATS = Set.of(Tensor.Type.F32, Tensor.Type.F16, Tensor.Type.BF16);

    /** Limits a small file's values as matrices with padded rows. */
    static final long MOST_BYTES = 1L << 30;

    /** Limits a large file's values, as a multiple of its bytes. */
    private static final int MOST_TIMES = 2;

    private final String name;
    private final Map<String, Tensor> tensors;

    ModelTensors(String name, Tensors file, Map<String, JsonValue> packed) throws IOException {
        this.name = name;
        this.tensors = PackedItems.unpack(name, file.tensors(), packed);
        requireMatrices(name, tensors.values());
    }

    /** Throws if a tensor is empty, or matrices with padded rows would take too much memory. */
    static void requireMatrices(String name, Collection<Tensor> tensors) throws IOException {
        long stored =
                tensors.stream().mapToLong(each -> each.bytes().byteSize()).sum();
        long most = Math.max(MOST_BYTES, MOST_TIMES * stored);
        long bytes = 0;
        for (Tensor tensor : tensors) {
            if (tensor.count() == 0) {
                throw new IOException(name + ": " + tensor + ", expected at least one value");
            }
            int columns = tensor.shape().isEmpty() ? 1 : tensor.shape().getLast();
            long rows = tensor.count() / columns;
            bytes += rows > MOST_BYTES ? rows : FloatMatrix.bytes((int) rows, columns);
            if (bytes > most) {
                throw new IOException(name + ": needs " + bytes
                        + " bytes of memory or more for its tensors as matrices, expected at most " + most);
            }
        }
    }

    StoredValues of(String owner, boolean integersStay) {
        return new OfConnection(owner, integersStay);
    }

    private final class OfConnection implements StoredValues {

        private final String owner;
        private final boolean integersStay;

        OfConnection(String owner, boolean integersStay) {
            this.owner = owner;
            this.integersStay = integersStay;
        }

        @Override
        public String tensor(String value) {
            return owner + "." + value;
        }

        @Override
        public FloatMatrix floats(String value, int dimensions) throws IOException {
            return ModelTensors.this.floats(tensor(value), dimensions);
        }

        @Override
        public IntegerMatrix integers(String value, int dimensions) throws IOException {
            Tensor found = find(tensor(value));
            if (!Integers.isStored(found) || found.shape().size() != dimensions) {
                throw new IOException(name + ": " + found + ", expected " + dimensions + " dimensions of I8 or I16");
            }
            return ModelTensors.this.integers(found);
        }

        @Override
        public boolean staysInteger(String value) {
            Tensor found = tensors.get(tensor(value));
            return integersStay && found != null && Integers.isStored(found);
        }
    }

    /** Returns values with 1 dimension for a bias, 2 for weights. */
    FloatMatrix floats(String tensor, int dimensions) throws IOException {
        Tensor found = find(tensor);
        if (found.shape().size() != dimensions) {
            throw new IOException(name + ": " + found + ", expected "
                    + (dimensions == 1 ? "a row" : "a shape of " + dimensions + " dimensions"));
        }
        return ValueDescription.weight(tensor, found.shape().toArray(Integer[]::new))
                .matrix(values(found));
    }

    Parameter parameter(String tensor) throws IOException {
        Tensor found = find(tensor);
        if (found.shape().size() > 1) {
            throw new IOException(name + ": " + found + ", expected a number, or one for each neuron");
        }
        return Parameter.of(values(found).toArray());
    }

    private Tensor find(String tensor) throws IOException {
        Tensor found = tensors.get(tensor);
        if (found == null) {
            throw new IOException(name + ": has no tensor " + JsonValue.quoted(tensor)
                    + ", which its description needs; it has " + FileText.shown(tensors.keySet()));
        }
        return found;
    }

    private FloatMatrix values(Tensor tensor) throws IOException {
        FloatMatrix values;
        if (Integers.isStored(tensor)) {
            values = integers(tensor).widened();
        } else {
            requireFloats(tensor);
            values = tensor.matrix();
        }
        try {
            values.requireFinite("tensor '" + tensor.name() + "'");
        } catch (IllegalArgumentException infinite) {
            throw new IOException(name + ": " + infinite.getMessage(), infinite);
        }
        return values;
    }

    private IntegerMatrix integers(Tensor items) throws IOException {
        Tensor scales = find(items.name() + ModelFormat.SCALE);
        requireFloats(scales);
        return FileText.made(name + ": tensor '" + items.name() + "': ", () -> Integers.of(items, scales));
    }

    private void requireFloats(Tensor tensor) throws IOException {
        if (!FLOATS.contains(tensor.type())) {
            throw new IOException(name + ": " + tensor + ", expected F32, F16, BF16, or I8 or I16 with scales");
        }
    }

    /** Sets all values of a network; throws if the file has other tensors. */
    void restore(Network network) throws IOException {
        Weights weights = network.weights();
        Map<String, FloatMatrix> changed = new LinkedHashMap<>();
        Set<String> others = new LinkedHashSet<>(tensors.keySet());
        for (NamedValues each : network.laidOut().description().values()) {
            String tensor = ModelFormat.tensor(each);
            others.removeAll(List.of(tensor, tensor + ModelFormat.SCALE));
            if (each.declared().type() == ElementType.INT64) {
                weights.replace(each.name(), count(find(tensor)));
                continue;
            }
            if (each.declared().type() != ElementType.FLOAT32) {
                IntegerMatrix stored =
                        integers(find(tensor)).withType(each.declared().type());
                if (!weights.integers(each.name()).equals(stored)) {
                    weights.replace(each.name(), stored);
                }
                continue;
            }
            FloatMatrix stored = stored(each, tensor);
            // Equal values need no copy; the weights of synapses may be too many for an array.
            if (weights.get(each.name()).segment().mismatch(stored.segment()) >= 0) {
                changed.put(each.name(), stored);
            }
        }
        weights.replaceAll(changed);
        for (Population each : network.populations()) {
            requireMeaning(each, others);
        }
        if (!others.isEmpty()) {
            throw new IOException(name + ": has the tensors " + FileText.shown(others)
                    + ", expected none but those of the network, " + weights.names());
        }
    }

    /** Requires that snnTorch's buffers agree with the description. */
    private void requireMeaning(Population population, Set<String> others) throws IOException {
        Tensor number = tensors.get(population.name() + StateDictMatch.RESET);
        Object reset = NeuronOptions.of(population.neuron()).get("reset");
        if (number != null && reset != null && others.remove(number.name())) {
            long expected = StateDictMatch.resetNumber(reset);
            if (number.type() != Tensor.Type.I64 || count(number) != expected) {
                throw new IOException(name + ": " + number + ", expected " + expected + " for the reset " + reset);
            }
        }
        Tensor graded = tensors.get(population.name() + StateDictMatch.GRADED);
        if (graded != null
                && others.remove(graded.name())
                && !parameter(graded.name()).isAlways(1)) {
            throw new IOException(name + ": " + graded + ", expected 1, as the model has no such factor");
        }
    }

    /** Returns a count, which earlier versions wrote as a float. */
    private long count(Tensor tensor) throws IOException {
        boolean known = tensor.type() == Tensor.Type.I64 || tensor.type() == Tensor.Type.F32;
        long count = known && tensor.shape().isEmpty() ? Integers.count(tensor) : -1;
        if (count < 0) {
            throw new IOException(name + ": " + tensor + ", expected a whole number from 0, of I64");
        }
        return count;
    }

    private FloatMatrix stored(NamedValues values, String tensor) throws IOException {
        if (values.declared().role() == ValueDescription.Role.PARAMETER) {
            return FloatMatrix.vector(parameter(tensor).values());
        }
        return values.declared().matrix(floats(tensor, values.declared().shape().size()));
    }
}
