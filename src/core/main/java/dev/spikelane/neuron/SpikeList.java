package dev.spikelane.neuron;

import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Neurons that fire as listed, in all samples alike, from each reset on; they take no input. {@link Source#spikes}
 * makes them from times.
 *
 * <p>Variables for recorders: {@code membrane}, which stays 0.
 */
public final class SpikeList implements Neuron {

    private static final EquationNeuron SILENT = EquationNeuron.of("""
            neuron SpikeList
            state membrane
            membrane = membrane
            spike 0 > 1
            """);

    /** A step and its neuron in the low half, ascending. */
    private final long[] listed;

    private SpikeList(long... listed) {
        this.listed = listed;
    }

    /**
     * Makes neurons.
     *
     * @param steps in which neurons fire, in any order, counted from 0; a neuron fires once in a step however often
     *     it is listed
     * @param neurons the neuron of each step
     * @return the neurons
     * @throws IllegalArgumentException if there are not as many neurons as steps, or one of them is negative
     */
    public static SpikeList of(int[] steps, int[] neurons) {
        if (steps.length != neurons.length) {
            throw new IllegalArgumentException(
                    "there are " + neurons.length + " neurons, expected one for each of " + steps.length + " spikes");
        }
        long[] listed = new long[steps.length];
        for (int i = 0; i < listed.length; i++) {
            if (steps[i] < 0 || neurons[i] < 0) {
                throw new IllegalArgumentException(
                        "spike " + i + " is of neuron " + neurons[i] + " in step " + steps[i] + ", expected 0 or more");
            }
            listed[i] = (long) steps[i] << Integer.SIZE | neurons[i];
        }
        Arrays.sort(listed);
        return new SpikeList(listed);
    }

    /**
     * Returns the steps.
     *
     * @return a copy, ascending
     */
    public int[] steps() {
        return Arrays.stream(listed)
                .mapToInt(each -> (int) (each >>> Integer.SIZE))
                .toArray();
    }

    /**
     * Returns the neuron of each step.
     *
     * @return a copy, ascending in each step
     */
    public int[] neurons() {
        return Arrays.stream(listed).mapToInt(each -> (int) each).toArray();
    }

    @Override
    public List<String> ports() {
        return List.of();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return Map.of();
    }

    @Override
    public SpikeList withParameters(Map<String, Parameter> values) {
        Parameters.requireKnown(values, List.of());
        return this;
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        Objects.requireNonNull(arena, "arena");
        long[] inside = listed.clone();
        for (int i = 0; i < inside.length; i++) {
            int neuron = (int) listed[i];
            if (neuron >= shape.size()) {
                throw new IllegalArgumentException("neuron " + neuron + " fires in step " + (listed[i] >>> Integer.SIZE)
                        + ", expected neurons 0 to " + (shape.size() - 1));
            }
            inside[i] += TorchLayout.placeInside(shape, neuron) - neuron;
        }
        Arrays.sort(inside);
        return EquationText.group(arena, SILENT, shape.size(), new Listed(inside));
    }

    /** Fires the neurons of the list; the step alone says which spikes are next. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Listed(long[] listed) implements AroundStep {

        @Override
        public String byStep() {
            return "a list of spikes by step";
        }

        @Override
        public String noGradient() {
            return "a list of spikes has no gradient";
        }

        @Override
        public void after(NeuronRun<NeuronState> run, int row, long step) {
            int first = Arrays.binarySearch(listed, step << Integer.SIZE | (long) run.firstWord * Long.SIZE);
            int end = row + run.from.membrane().rows();
            for (int i = first < 0 ? -1 - first : first;
                    i < listed.length
                            && listed[i] >>> Integer.SIZE == step
                            && (int) listed[i] / Long.SIZE < run.endWord;
                    i++) {
                for (int sample = row; sample < end; sample++) {
                    run.spikes.set(sample, (int) listed[i], true);
                }
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SpikeList list && Arrays.equals(listed, list.listed);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(listed);
    }

    @Override
    public String toString() {
        return "SpikeList[" + listed.length + " spikes]";
    }
}
