package dev.spikelane.model;

import dev.spikelane.io.Safetensors;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.TensorType;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Parameter;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tensors of a model file, as the values that they are. */
final class ModelTensors {

    private static final Set<TensorType> FLOATS = Set.of(TensorType.F32, TensorType.F16, TensorType.BF16);

    /** The most memory that all values may take as matrices, whose rows are padded. */
    private static final long MOST_BYTES = 1L << 30;

    private final String name;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    ModelTensors(String name, Safetensors file) throws IOException {
        this.name = name;
        long bytes = 0;
        for (Tensor tensor : file.tensors()) {
            if (tensor.count() == 0 || tensor.shape().size() > 2) {
                throw new IOException(name + ": " + tensor + ", expected a matrix, a row or a number");
            }
            int columns = tensor.shape().isEmpty() ? 1 : tensor.shape().getLast();
            bytes += FloatMatrix.bytes((int) (tensor.count() / columns), columns);
            tensors.put(tensor.name(), tensor);
        }
        if (bytes > MOST_BYTES) {
            throw new IOException(name + ": needs " + bytes
                    + " bytes of memory for its tensors as matrices, expected at most " + MOST_BYTES);
        }
    }

    boolean has(String tensor) {
        return tensors.containsKey(tensor);
    }

    /** Weights of a connection. */
    FloatMatrix weights(String tensor) throws IOException {
        Tensor found = find(tensor);
        if (found.shape().size() != 2) {
            throw new IOException(name + ": " + found + ", expected a matrix of [outputs, inputs]");
        }
        return values(found);
    }

    /** A bias, or weights from one to one. */
    FloatMatrix row(String tensor) throws IOException {
        Tensor found = find(tensor);
        if (found.shape().size() != 1) {
            throw new IOException(name + ": " + found + ", expected a row");
        }
        return values(found);
    }

    /** A parameter of neurons. */
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
            throw new IOException(
                    name + ": has no tensor '" + tensor + "', which its description needs; it has " + tensors.keySet());
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

    /** Whether the weights of a connection are integers in the file. */
    boolean hasIntegers(String tensor) {
        return tensors.containsKey(tensor) && Integers.isStored(tensors.get(tensor));
    }

    /** The weights of a connection as the integers that they are in the file. */
    IntegerMatrix integers(String tensor) throws IOException {
        Tensor found = find(tensor);
        if (!Integers.isStored(found) || found.shape().size() != 2) {
            throw new IOException(name + ": " + found + ", expected a matrix of [outputs, inputs] of I8 or I16");
        }
        return integers(found);
    }

    private IntegerMatrix integers(Tensor items) throws IOException {
        Tensor scales = find(items.name() + ModelFormat.SCALE);
        requireFloats(scales);
        try {
            return Integers.of(items, scales);
        } catch (IllegalArgumentException refused) {
            throw new IOException(name + ": tensor '" + items.name() + "': " + refused.getMessage(), refused);
        }
    }

    private void requireFloats(Tensor tensor) throws IOException {
        if (!FLOATS.contains(tensor.type())) {
            throw new IOException(name + ": " + tensor + ", expected F32, F16, BF16, or I8 or I16 with scales");
        }
    }

    private void restoreIntegers(Network network, String value) throws IOException {
        IntegerMatrix stored = integers(value);
        if (!network.weights().integers(value).equals(stored)) {
            network.weights().replace(value, stored);
        }
    }

    /** Gives a network the values that the file holds, all of them; throws where it holds others too. */
    void restore(Network network) throws IOException {
        Map<String, String> parameters = new HashMap<>();
        for (Population population : network.populations()) {
            for (String parameter : population.neuron().parameters().keySet()) {
                parameters.put(
                        population.name() + "." + parameter, population.name() + "." + ModelFormat.snake(parameter));
            }
        }
        Map<String, FloatMatrix> changed = new LinkedHashMap<>();
        Set<String> others = new LinkedHashSet<>(tensors.keySet());
        for (String value : network.weights().names()) {
            String tensor = parameters.getOrDefault(value, value);
            others.removeAll(List.of(tensor, tensor + ModelFormat.SCALE));
            if (network.weights().type(value) != ElementType.FLOAT32) {
                restoreIntegers(network, value);
                continue;
            }
            FloatMatrix stored = values(find(tensor));
            // What was declared and is still so needs no copy.
            if (!Arrays.equals(network.weights().get(value).toArray(), stored.toArray())) {
                changed.put(value, stored);
            }
        }
        network.weights().replaceAll(changed);
        if (!others.isEmpty()) {
            throw new IOException(name + ": has the tensors " + others + ", expected none but those of the network, "
                    + network.weights().names());
        }
    }
}
