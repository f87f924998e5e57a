package dev.spikelane.model;

import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.NeuronOptions;
import dev.spikelane.io.Tensor;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Neuron;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the tensor for each value of a network. */
final class StateDictMatch {

    static final String RESET = ".reset_mechanism_val";
    static final String GRADED = ".graded_spikes_factor";
    private static final Map<String, String> CIRCUIT = Map.of("resistance", ".R", "capacitance", ".C");

    private static final Set<Tensor.Type> FLOATS =
            Set.of(Tensor.Type.F64, Tensor.Type.F32, Tensor.Type.F16, Tensor.Type.BF16);

    private final Network network;
    private final Map<String, Tensor> tensors;
    private final Map<String, FloatMatrix> values = new LinkedHashMap<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final List<String> missing = new ArrayList<>();
    private final Set<String> others;
    private final List<String> different = new ArrayList<>();

    StateDictMatch(Network network, Map<String, Tensor> tensors) {
        this.network = network;
        this.tensors = tensors;
        this.others = new LinkedHashSet<>(tensors.keySet());
        for (NamedValues each : network.laidOut().description().values()) {
            match(each);
        }
        network.populations().forEach(this::matchMeaning);
    }

    StateDict.Fit fit() {
        return new StateDict.Fit(missing, List.copyOf(others), different);
    }

    Map<String, FloatMatrix> values() {
        return values;
    }

    Map<String, Long> counts() {
        return counts;
    }

    private void match(NamedValues wanted) {
        Tensor found = find(wanted);
        if (found == null) {
            missing.add(ModelFormat.tensor(wanted));
            return;
        }
        List<Integer> shape = wanted.declared().shape();
        if (!fits(wanted, found)) {
            boolean turned = shape.size() > 1 && found.shape().equals(shape.reversed());
            different.add(found + ", expected the shape " + shape
                    + (turned ? ": it looks transposed; in Python write its .T.contiguous()" : ""));
        } else if (wanted.declared().type() == ElementType.INT64) {
            long count =
                    found.type() == Tensor.Type.I64 || found.type() == Tensor.Type.F32 ? Integers.count(found) : -1;
            if (count < 0) {
                different.add(found + ", expected a whole number from 0, of I64");
            }
            counts.put(wanted.name(), count);
        } else if (isParameter(wanted) ? !LayerTensors.isNumbers(found) : !areFloats(wanted, found)) {
            different.add(found + ", expected floats on both sides: the network has "
                    + wanted.declared().type());
        } else {
            widen(wanted, found);
        }
    }

    private static boolean isParameter(NamedValues wanted) {
        return wanted.declared().role() == ValueDescription.Role.PARAMETER;
    }

    private static boolean areFloats(NamedValues wanted, Tensor found) {
        return wanted.declared().type() == ElementType.FLOAT32 && FLOATS.contains(found.type());
    }

    private void widen(NamedValues wanted, Tensor found) {
        try {
            float[] each = isParameter(wanted) ? LayerTensors.repeated(found, neurons(wanted)) : null;
            FloatMatrix matrix = each == null ? found.matrix() : FloatMatrix.vector(each);
            matrix.requireFinite("tensor '" + found.name() + "'");
            values.put(wanted.name(), matrix);
        } catch (IllegalArgumentException refused) {
            different.add(refused.getMessage());
        }
    }

    private Shape neurons(NamedValues wanted) {
        List<Integer> shape = wanted.declared().shape();
        return network.populations().stream()
                .filter(each -> each.name().equals(wanted.owner()))
                .map(Population::shape)
                .findFirst()
                .orElseGet(() -> Shape.of(shape.isEmpty() ? 1 : shape.getFirst()));
    }

    /** Returns the tensor under one of the names in torch and snnTorch. */
    private @Nullable Tensor find(NamedValues wanted) {
        List<String> names = new ArrayList<>(List.of(ModelFormat.tensor(wanted)));
        String owner = wanted.owner();
        String value = wanted.declared().name();
        int dot = owner.lastIndexOf('.');
        if (dot > 0 && owner.substring(dot + 1).equals("0")) {
            names.add(owner.substring(0, dot) + "." + value);
        } else if (dot > 0) {
            names.add("bn" + owner.substring(0, dot).replaceFirst("^\\D*", "") + "." + value);
        }
        if (value.equals(Neuron.RECURRENT_WEIGHTS)) {
            names.add(owner + ".recurrent." + value);
        }
        if (CIRCUIT.containsKey(value)) {
            names.add(owner + CIRCUIT.get(value));
        }
        if (tensors.containsKey(owner + LayerTensors.OWN_WEIGHTS)) { // the weights of its module, a second time
            others.remove(owner + "." + LayerTensors.RECURRENT + "V");
        }
        for (String name : names) {
            if (others.remove(name)) {
                return tensors.get(name);
            }
        }
        return null;
    }

    private boolean fits(NamedValues wanted, Tensor found) {
        List<Integer> shape = wanted.declared().shape();
        if (!isParameter(wanted) || !LayerTensors.isNumbers(found)) {
            return found.shape().equals(shape) && found.count() > 0;
        }
        try {
            float[] each = LayerTensors.repeated(found, neurons(wanted));
            return each != null && (each.length == 1 || !shape.isEmpty() && each.length == shape.getFirst());
        } catch (IllegalArgumentException refused) {
            return true; // widen reports it
        }
    }

    /** Compares options that snnTorch stores as numbers, and removes them from the left-over tensors. */
    private void matchMeaning(Population population) {
        Tensor reset = tensors.get(population.name() + RESET);
        Object declared = NeuronOptions.of(population.neuron()).get("reset");
        if (reset != null && declared != null && others.remove(reset.name())) {
            long number = reset.count() == 1 && reset.type() == Tensor.Type.I64 ? Integers.count(reset) : -1;
            long expected = resetNumber(declared);
            if (number != expected) {
                different.add(reset + " says the reset " + number + " of '" + population.name() + "', expected "
                        + expected + ", as the network was built with " + declared
                        + " (0 subtracts, 1 sets to zero, 2 is none)");
            }
        }
        if (population.neuron() instanceof Lapicque lapicque) {
            matchStep(population.name(), lapicque.timeStep());
        }
        Tensor graded = tensors.get(population.name() + GRADED);
        if (graded != null && others.contains(graded.name()) && FLOATS.contains(graded.type()) && graded.count() == 1) {
            others.remove(graded.name());
            if (only(graded) != 1) {
                different.add(graded + " is " + only(graded) + ", expected 1, as "
                        + population.neuron().getClass().getSimpleName() + " has no such factor");
            }
        }
    }

    /** Removes a circuit's beta, which its other values define, and compares its time step. */
    private void matchStep(String population, float expected) {
        others.remove(population + ".beta");
        Tensor step = tensors.get(population + LayerTensors.TIME_STEP);
        if (step != null && others.remove(step.name()) && (step.count() != 1 || (float) only(step) != expected)) {
            different.add(step + " is not " + expected + ", the time step that the network was built with");
        }
    }

    static long resetNumber(Object reset) {
        return switch (Reset.valueOf(reset.toString())) {
            case SUBTRACT, SUBTRACT_DECAYED -> 0;
            case ZERO, CLEAR -> 1;
            case NONE -> 2;
        };
    }

    private static double only(Tensor tensor) {
        try {
            return tensor.floats()[0];
        } catch (IllegalArgumentException rounds) {
            return Double.NaN;
        }
    }
}
