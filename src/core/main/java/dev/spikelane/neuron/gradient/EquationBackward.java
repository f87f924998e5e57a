package dev.spikelane.neuron.gradient;

import dev.spikelane.equation.EquationGradients;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.NoiseRows;
import dev.spikelane.kernel.step.EquationLoops;
import dev.spikelane.kernel.step.GateRows;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.NeuronText;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Backpropagates through a step of neurons of a text, in two passes; each recomputes what it needs of the step:
 *
 * <pre>{@code
 * toDistance: gradients of variables and carried values -> gradients of spikes, distance to the threshold
 *             (the caller multiplies by the surrogate)
 * toCurrents: gradients of the distance -> gradients of currents, earlier variables and parameters
 * }</pre>
 */
final class EquationBackward implements NeuronBackward {

    /**
     * Compiled loops of neurons.
     *
     * @param equations the differentiated part of a step
     * @param text text of all equations
     * @param names names of the variables, the state's first
     * @param toDistance see {@link EquationGradients#toDistance}
     * @param toCurrents see {@link EquationGradients#toCurrents}
     * @param charge see {@link Equations#charge}; null if it is not needed
     */
    record Neurons(
            Equations equations,
            NeuronText text,
            List<String> names,
            CompiledProgram toDistance,
            CompiledProgram toCurrents,
            @Nullable CompiledProgram charge) {

        /** Adds loops that compute variables at the spike. */
        Neurons with(CompiledProgram charging) {
            return new Neurons(equations, text, names, toDistance, toCurrents, charging);
        }

        static Neurons of(EquationGradients back, NeuronText text) {
            Set<String> shared = text.parameters().shared();
            return new Neurons(
                    back.equations(),
                    text,
                    NeuronLoops.numbers(back.equations()),
                    EquationLoops.compile(back::toDistance, shared),
                    EquationLoops.compile(back::toCurrents, shared),
                    null);
        }

        /** Number of variables of the state. */
        private int variables() {
            return names.size() - (names.contains(NeuronLoops.RESET) ? 1 : 0);
        }

        /** Number of inputs of each port. */
        private int gates() {
            return text.channels() == 0 ? 1 : GateRows.GATES;
        }
    }

    /** A loop and the places of its rows; variables and their gradients have the order of the state. */
    private static final class Pass {

        private final CompiledProgram compiled;
        private final Frame frame;
        private final int[] variables;
        private final int[] gradients;
        private final int[] inputs;
        private final int[] gradientsOfInputs;
        private final int[] noises;
        private final int[] charged;
        private final int after;
        private final int ofSpikes;
        private final int distance;
        private final int ofDistance;
        private final int previous;
        private final int ofPrevious;
        private final int winners;
        private final int count;

        Pass(CompiledProgram compiled, Neurons neurons) {
            this.compiled = compiled;
            this.frame = new Frame(compiled.program(), neurons.text.parameters().neurons());
            neurons.text.parameters().put(frame);
            List<String> ports = neurons.equations.inputs().stream()
                    .filter(name -> !name.equals(NeuronLoops.PREVIOUS))
                    .toList();
            this.count = neurons.variables();
            this.variables = places(neurons.names, "");
            this.gradients = places(neurons.names, EquationGradients.GRADIENT);
            this.inputs = places(ports, "");
            this.gradientsOfInputs = places(ports, EquationGradients.GRADIENT);
            this.previous = frame.rows.indexOf(NeuronLoops.PREVIOUS);
            this.ofPrevious = frame.rows.indexOf(EquationGradients.GRADIENT + NeuronLoops.PREVIOUS);
            this.winners = frame.rows.indexOf(NeuronLoops.WINNER);
            this.noises = places(neurons.equations.noises(), "");
            this.charged = places(neurons.names, Equations.CHARGED);
            this.after = frame.rows.indexOf(EquationGradients.AFTER);
            this.ofSpikes = frame.rows.indexOf(EquationGradients.GRADIENT + Equations.SPIKE);
            this.distance = frame.rows.indexOf(EquationGradients.DISTANCE);
            this.ofDistance = frame.rows.indexOf(EquationGradients.GRADIENT + EquationGradients.DISTANCE);
        }

        private int[] places(List<String> names, String prefix) {
            return names.stream()
                    .mapToInt(name -> frame.rows.indexOf(prefix + name))
                    .toArray();
        }

        void run(int batch) {
            frame.batch = batch;
            compiled.loop().run(frame, 0, 1, batch);
        }
    }

    private final Pass first;
    private final Pass second;
    private final @Nullable Pass charge;
    private final int all;
    private final int firstNeuron;
    private final int neurons;
    private final MemorySegment zeros;
    private final long[] seeds;
    /** Created when the batch is known. */
    private @Nullable NoiseRows noises;

    private final int channels;
    private final int gates;
    /**
     * Gates of all samples, unless they are {@linkplain GateRows#inPlace in place}; created when the batch is known.
     */
    private @Nullable GateRows taken;

    /**
     * Creates the backward pass of a tile of neurons.
     *
     * @param sums gradients of parameters, {@code [batch x neurons]}, added to
     */
    EquationBackward(Neurons of, Map<String, FloatMatrix> sums, int firstNeuron, int neurons) {
        this.first = new Pass(of.toDistance, of);
        this.second = new Pass(of.toCurrents, of);
        this.charge = of.charge == null ? null : new Pass(of.charge, of);
        this.all = of.text.parameters().neurons();
        this.seeds = of.text.seeds();
        this.channels = of.text.channels();
        this.gates = of.gates();
        this.firstNeuron = firstNeuron;
        this.neurons = neurons;
        int words = Math.ceilDiv(neurons, Long.SIZE);
        this.zeros = NativeMemory.ofAuto().allocate((long) words * Long.SIZE * Float.BYTES, Long.SIZE);
        Stream.of(first, second, charge).filter(Objects::nonNull).forEach(pass -> {
            pass.frame.firstWord = firstNeuron / Long.SIZE;
            pass.frame.words = words;
        });
        sums.forEach((name, sum) -> {
            put(first.frame, first.frame.rows.indexOf(EquationGradients.SUM + name), sum, 0);
            put(second.frame, second.frame.rows.indexOf(EquationGradients.SUM + name), sum, 0);
        });
    }

    /** Sets rows that hold all neurons or the tile. */
    private void put(Frame frame, int place, @Nullable FloatMatrix rows, int row) {
        if (rows == null || place < 0) {
            return; // no loop needs them
        }
        long origin = rows.columns() == all ? 0 : (long) firstNeuron * Float.BYTES;
        long stride = rows.rows() == 1 ? 0 : rows.rowOffset(1) - rows.rowOffset(0);
        frame.put(place, rows.segment(), rows.rowOffset(row) - origin, stride);
    }

    private static void put(Pass pass, int place, SpikeMatrix rows, int row) {
        pass.frame.put(place, rows.segment(), rows.rowOffset(row), rows.rowOffset(1) - rows.rowOffset(0));
    }

    /** Sets the neurons that may fire, {@code [batch x neurons]}. */
    void winners(SpikeMatrix bits) {
        put(first, first.winners, bits, 0);
        put(second, second.winners, bits, 0);
    }

    private void put(Pass pass, Step step, FloatMatrix ofVariables) {
        int batch = ofVariables.rows() / pass.count;
        for (int i = 0; i < pass.variables.length; i++) {
            put(pass.frame, pass.variables[i], step.before[i], step.beforeRow);
            if (i < pass.count) {
                put(pass.frame, pass.gradients[i], ofVariables, i * batch);
            }
        }
        if (step.previous != null) {
            put(pass, pass.previous, step.previous, step.previousRow);
        }
        put(pass.frame, pass.ofPrevious, step.ofPrevious, 0);
        drawNoises(pass, step, batch);
        put(pass.frame, pass.after, step.after, step.afterRow);
        putPorts(pass, pass.inputs, step.currents, step.currentRow, takeGates(pass, step, batch));
    }

    /** Sets the rows of ports, or of their gates. */
    private void putPorts(Pass pass, int[] places, @Nullable FloatMatrix[] ports, int row, @Nullable GateRows ofGates) {
        for (int i = 0; i < places.length; i++) {
            FloatMatrix port = ports[i / gates];
            if (ofGates != null) {
                put(pass.frame, places[i], ofGates.rows(), ofGates.row(i));
            } else if (port != null && places[i] >= 0) {
                put(pass.frame, places[i], port, row);
                pass.frame.bases[places[i]] += (long) (i % gates) * all * Float.BYTES;
            }
        }
    }

    /** Copies gates out of the currents; returns null if the loop reads them in place. */
    private @Nullable GateRows takeGates(Pass pass, Step step, int batch) {
        if (channels == 0 || GateRows.inPlace(all, channels) || pass.inputs.length == 0) {
            return null;
        }
        GateRows into = taken;
        if (into == null) {
            into = new GateRows(all, channels, batch);
            taken = into;
        }
        for (int i = 0; i < 2 * batch; i++) {
            int sample = i / 2;
            into.take(Objects.requireNonNull(step.currents[i % 2]), step.currentRow + sample, i % 2, sample);
        }
        return into;
    }

    /** Returns the number of samples. */
    int batch(FloatMatrix ofVariables) {
        return ofVariables.rows() / second.count;
    }

    /** Computes the variables at the spike, {@code [batch x tile]} each. */
    void charge(Step step, FloatMatrix ofVariables, List<FloatMatrix> into) {
        Pass pass = Objects.requireNonNull(charge);
        put(pass, step, ofVariables);
        for (int i = 0; i < into.size(); i++) {
            put(pass.frame, pass.charged[i], into.get(i), 0);
        }
        pass.run(into.getFirst().rows());
        for (int i = 0; i < into.size(); i++) {
            clearPads(into.get(i), 0, into.get(i).rows());
        }
    }

    /** Draws the step's noises again, if the loop reads them. */
    private void drawNoises(Pass pass, Step step, int batch) {
        boolean needed = false;
        for (int place : pass.noises) {
            needed |= place >= 0;
        }
        if (!needed) {
            return;
        }
        NoiseRows into = noises;
        if (into == null) {
            into = new NoiseRows(seeds, batch, firstNeuron, neurons);
            noises = into;
        }
        into.draw(step.noise, step.number, firstNeuron, firstNeuron + neurons);
        for (int i = 0; i < pass.noises.length; i++) {
            put(pass.frame, pass.noises[i], into.of(i), 0);
        }
    }

    @Override
    public void toDistance(Step step, FloatMatrix ofVariables, FloatMatrix ofSpikes, FloatMatrix distance) {
        int batch = ofSpikes.rows();
        put(first, step, ofVariables);
        put(first.frame, first.ofSpikes, ofSpikes, 0);
        put(first.frame, first.distance, distance, 0);
        first.run(batch);
        clearPads(ofSpikes, 0, batch);
        clearPads(distance, 0, batch);
    }

    @Override
    public void toCurrents(Step step, @Nullable FloatMatrix ofDistance, FloatMatrix ofVariables, int batch) {
        put(second, step, ofVariables);
        if (ofDistance == null) {
            second.frame.put(second.ofDistance, zeros, -(long) firstNeuron * Float.BYTES, 0);
        } else {
            put(second.frame, second.ofDistance, ofDistance, 0);
        }
        putPorts(second, second.gradientsOfInputs, step.ofCurrents, step.currentRow, taken);
        second.run(batch);
        for (int port = 0; port < second.inputs.length / gates; port++) {
            FloatMatrix of = Objects.requireNonNull(step.ofCurrents[port]);
            for (int sample = 0; taken != null && sample < batch; sample++) {
                taken.give(of, step.currentRow + sample, port, sample);
            }
            clearPads(of, step.currentRow, channels == 0 ? batch : 0);
        }
        if (second.ofPrevious >= 0) {
            clearPads(Objects.requireNonNull(step.ofPrevious), 0, batch);
        }
        clearPads(ofVariables, 0, ofVariables.rows());
    }

    /** Clears the padding that loops have written. */
    private void clearPads(FloatMatrix rows, int row, int count) {
        int end = firstNeuron + neurons - (rows.columns() == all ? 0 : firstNeuron);
        long bytes = (long) (-end & Long.SIZE - 1) * Float.BYTES;
        for (int i = row; i < row + count && bytes > 0; i++) {
            MemorySegment.copy(zeros, 0, rows.segment(), rows.rowOffset(i) + (long) end * Float.BYTES, bytes);
        }
    }
}
