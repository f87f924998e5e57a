package dev.spikelane.kernel.step;

import dev.spikelane.equation.Equations;
import dev.spikelane.equation.NoiseRows;
import dev.spikelane.kernel.step.NeuronLoops.Form;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Loop;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frames of the loops of some words of neurons: where each loop finds its rows. Reused; for one thread at a time. */
public final class StepFrames {

    private final NeuronLoops loops;
    private final @Nullable Placed[] placed = new Placed[NeuronLoops.FORMS];
    private final List<Placed> made = new ArrayList<>();
    private SpikeMatrix winners = SpikeMatrix.zeros(1, 1);
    /** Gates of all samples, if loops do not read them in place; created when the batch is known. */
    private @Nullable GateRows gates;

    private @Nullable NoiseRows noises;
    /** Delayed currents. */
    private @Nullable Tile late;

    private DelayLine.@Nullable Run delays;

    StepFrames(NeuronLoops loops) {
        this.loops = loops;
    }

    /** A loop and the places of its rows. */
    static final class Placed {

        final Loop loop;
        final Frame frame;
        /** Steps of one call's loop body. */
        final int together;

        private final int[] variables;
        private final int[] charged;
        private final int[] inputs;
        private final int[] noises;
        private final int spikes;
        private final int recorded;
        private final int previous;
        private final int reset;
        private final int winner;

        private Placed(NeuronLoops loops, Form form, int together) {
            CompiledProgram compiled = loops.compiled(form, together);
            this.loop = compiled.loop();
            this.frame = loops.frame(compiled);
            this.together = together;
            this.variables = places("", loops.variables());
            this.charged = places(Equations.CHARGED, loops.variables());
            this.inputs = places("", loops.inputs());
            this.noises = places("", loops.noises());
            this.spikes = frame.rows.indexOf(Equations.SPIKE);
            this.recorded = frame.rows.indexOf(loops.recorded());
            this.previous = frame.rows.indexOf(NeuronLoops.PREVIOUS);
            this.reset = frame.rows.indexOf(NeuronLoops.RESET);
            this.winner = frame.rows.indexOf(NeuronLoops.WINNER);
        }

        private int[] places(String prefix, List<String> names) {
            int[] places = new int[names.size()];
            for (int i = 0; i < places.length; i++) {
                places[i] = frame.rows.indexOf(prefix + names.get(i));
            }
            return places;
        }

        private void put(int place, FloatMatrix rows, int firstRow, int origin) {
            if (place < 0) {
                return; // this loop does not need them
            }
            long base = rows.rowOffset(firstRow) - (long) origin * Float.BYTES;
            frame.put(place, rows.segment(), base, rows.rowOffset(1) - rows.rowOffset(0));
        }

        private void put(int place, SpikeMatrix rows, int firstRow) {
            if (place >= 0) {
                frame.put(place, rows.segment(), rows.rowOffset(firstRow), rows.rowOffset(1) - rows.rowOffset(0));
            }
        }

        private void release() {
            for (int place : inputs) {
                frame.put(place, MemorySegment.NULL, 0, 0);
            }
            frame.put(recorded, MemorySegment.NULL, 0, 0);
        }
    }

    NeuronLoops loops() {
        return loops;
    }

    /** Returns a row of bits for each sample, set at its winner. */
    SpikeMatrix winners(int batch) {
        if (winners.rows() != batch || winners.columns() != loops.neurons()) {
            winners = SpikeMatrix.zeros(NativeMemory.ofAuto(), batch, loops.neurons());
        }
        return winners;
    }

    /** Drops currents and recordings, so that they can be freed. */
    public void release() {
        for (int i = 0; i < made.size(); i++) {
            made.get(i).release();
        }
    }

    /**
     * Draws the noises of a step.
     *
     * @param draws the random streams of the samples; null if the index in the batch identifies a sample
     */
    public void draw(NeuronRun<?> run, long[] seeds, CounterRandom.@Nullable Draws draws, int step) {
        NoiseRows into = noises;
        if (into == null) {
            into = new NoiseRows(seeds, run.state.rows() / loops.variables().size(), 0, loops.neurons());
            noises = into;
        }
        int end = Math.min(run.endWord * Long.SIZE, loops.neurons());
        into.draw(draws, step, run.firstWord * Long.SIZE, end);
        run.noises = into;
    }

    /**
     * Delays the currents of the first port.
     *
     * @param window {@code [steps * batch x neurons]}: the newest currents, updated
     * @return the delayed currents
     */
    public Tile delay(NeuronRun<?> run, DelayLine line, int rows, FloatMatrix window) {
        Tile from = run.ports[0];
        int columns = (from.endBlock() - from.firstBlock()) * Long.SIZE;
        Tile into = late;
        if (into == null || into.matrix().rows() < rows || into.matrix().columns() < columns) {
            into = Tile.of(FloatMatrix.zeros(NativeMemory.ofAuto(), rows, columns), from.columns());
            late = into;
        }
        DelayLine.Run own = delays;
        if (own == null) {
            own = new DelayLine.Run(line);
            delays = own;
        }
        own.forward(from, 0, rows, into.at(from).matrix(), into.origin(), window);
        return into;
    }

    /** Copies the gates of a step from its currents. */
    void takeGates(NeuronRun<?> run, int row, int batch) {
        GateRows taken = gates;
        if (taken == null || taken.row(1) != batch) {
            taken = loops.newGates(batch);
            gates = taken;
        }
        for (int i = 0; i < 2 * batch; i++) {
            int sample = i / 2;
            int port = i % 2;
            taken.take(run.port(port).matrix(), row + sample - run.firstRow(port), port, sample);
        }
    }

    /** Points a loop's frame at the rows of a run. */
    Placed place(Form form, int together, NeuronRun<?> run, int firstRow, int batch) {
        int place = NeuronLoops.place(form, together);
        Placed to = placed[place];
        if (to == null) {
            to = new Placed(loops, form, together);
            placed[place] = to;
            made.add(to);
        }
        Frame frame = to.frame;
        frame.batch = batch;
        frame.firstWord = run.firstWord;
        frame.words = run.endWord - run.firstWord;
        for (int i = 0; i < to.variables.length; i++) { // an iterator would be an object
            to.put(to.variables[i], run.state, i * batch, 0);
            to.put(to.charged[i], run.state, i * batch, 0);
        }
        GateRows ofGates = gates;
        for (int i = 0; i < to.inputs.length; i++) {
            int port = i / loops.gates();
            if (ofGates != null) {
                to.put(to.inputs[i], ofGates.rows(), ofGates.row(i) - firstRow, 0);
            } else {
                Tile tile = run.port(port);
                int gate = i % loops.gates();
                to.put(to.inputs[i], tile.matrix(), -run.firstRow(port), tile.origin() - gate * loops.neurons());
            }
        }
        NoiseRows drawn = run.noises;
        for (int i = 0; drawn != null && i < to.noises.length; i++) {
            // Noise rows hold one step only.
            to.put(to.noises[i], drawn.of(i), -firstRow, 0);
        }
        to.put(to.spikes, run.spikes, 0);
        to.put(to.recorded, run.membranes, 0, 0);
        to.put(to.previous, run.previous, 0);
        to.put(to.reset, run.spikes, firstRow);
        to.put(to.winner, winners, 0);
        return to;
    }
}
