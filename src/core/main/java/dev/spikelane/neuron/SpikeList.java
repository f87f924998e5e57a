package dev.spikelane.neuron;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Elements;
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
        return new Group(inside, shape.size());
    }

    /** Neurons that read the list; which spikes are next follows from the step alone. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Group(long[] listed, int neurons) implements StepwiseGroup {

        @Override
        public String byStep() {
            return "a list of spikes by step";
        }

        @Override
        public boolean coupled() {
            return false;
        }

        @Override
        public List<String> names() {
            return LeakyGroup.MEMBRANE;
        }

        @Override
        public NeuronState newState(Arena arena, int batch) {
            return NeuronState.zeros(arena, new NeuronState.Layout(batch, neurons, names()));
        }

        @Override
        public void step(StepRun run, int row, long step, NeuronState state) {
            int first = Arrays.binarySearch(listed, step << Integer.SIZE | (long) run.firstWord() * Long.SIZE);
            int batch = state.membrane().rows();
            for (int sample = row; sample < row + batch; sample++) {
                long at = run.spikes().rowOffset(sample);
                for (int word = run.firstWord(); word < run.endWord(); word++) {
                    run.spikes().segment().set(JAVA_LONG, at + (long) word * Long.BYTES, 0);
                }
                int recorded = run.records ? Math.min(run.endWord() * Long.SIZE, neurons) : 0;
                for (int neuron = run.firstWord() * Long.SIZE; neuron < recorded; neuron++) {
                    Elements.set(run.membranes(), sample, neuron, 0);
                }
                for (int i = first < 0 ? -1 - first : first;
                        i < listed.length && listed[i] >>> Integer.SIZE == step;
                        i++) {
                    int neuron = (int) listed[i];
                    if (neuron / Long.SIZE < run.endWord()) {
                        run.spikes().set(sample, neuron, true);
                    }
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
