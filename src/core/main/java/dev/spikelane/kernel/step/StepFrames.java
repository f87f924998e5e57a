package dev.spikelane.kernel.step;

import dev.spikelane.equation.Equations;
import dev.spikelane.equation.NoiseRows;
import dev.spikelane.kernel.step.NeuronLoops.Form;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Pads;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where {@link NeuronLoops} find their rows. An object is made once; it serves one thread at a time. */
public final class StepFrames {

    private final NeuronLoops loops;
    private final @Nullable Placed[] placed = new Placed[NeuronLoops.FORMS];
    private final List<Placed> made = new ArrayList<>();
    private SpikeMatrix winners = SpikeMatrix.zeros(1, 1);
    /** The gates of a sample, where loops do not find them in its currents. */
    private final @Nullable GateRows gates;

    /** Makes no frame yet. */
    public StepFrames(NeuronLoops loops) {
        this.loops = loops;
        this.gates = loops.takesGates() ? loops.newGates() : null;
    }

    /** A loop, and the places of its rows. */
    private static final class Placed {

        private final CompiledProgram compiled;
        private final Frame frame;
        private final int[] variables;
        private final int[] charged;
        private final int[] inputs;
        private final int[] noises;
        private final int spikes;
        private final int recorded;
        private final int previous;
        private final int reset;
        private final int winner;

        Placed(NeuronLoops loops, Form form, int count) {
            this.compiled = loops.compiled(form, count);
            this.frame = loops.frame(compiled);
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

        void release() {
            for (int place : inputs) {
                frame.put(place, MemorySegment.NULL, 0, 0);
            }
            frame.put(recorded, MemorySegment.NULL, 0, 0);
        }

        void run(int row, int rows, int batch) {
            int group = compiled.program().steps() * batch;
            compiled.loop().run(frame, row, rows / group, group);
        }
    }

    /** Whose these are. */
    public NeuronLoops loops() {
        return loops;
    }

    /** Bits for the winner of each sample. */
    public SpikeMatrix winners(int batch) {
        if (winners.rows() != batch || winners.columns() != loops.neurons()) {
            winners = SpikeMatrix.zeros(NativeMemory.ofAuto(), batch, loops.neurons());
        }
        return winners;
    }

    private Placed placed(Form form, int count) {
        int place = NeuronLoops.place(form, count);
        Placed known = placed[place];
        if (known == null) {
            known = new Placed(loops, form, count);
            placed[place] = known;
            made.add(known);
        }
        return known;
    }

    /**
     * Runs the words of a run through whole steps.
     *
     * @param noises the numbers of the step, if noises are drawn
     */
    public void run(StepRun run, int firstRow, int rows, @Nullable NoiseRows noises) {
        int batch = batch(run);
        if (!loops.charges()) {
            steps(run, firstRow, rows, noises);
            clearPads(run, firstRow, rows);
            return;
        }
        for (int row = firstRow; row < firstRow + rows; row += batch) {
            loop(placed(Form.CHARGE, 1), run, row, batch, noises);
            fire(run, row);
        }
    }

    /** Runs some rows, whole steps; one by one if their gates have to be taken from the currents. */
    private void loop(Placed to, StepRun run, int firstRow, int rows, @Nullable NoiseRows noises) {
        GateRows taken = gates;
        int batch = batch(run);
        if (taken == null || to.inputs[0] < 0) {
            put(to, run, firstRow, 0, batch, noises).run(firstRow, rows, batch);
            return;
        }
        for (int row = firstRow; row < firstRow + rows; row++) {
            taken.take(run.current, row, 0, 0);
            taken.take(run.feedback, row - run.firstFed, 1, 0);
            put(to, run, row, row % batch, 1, noises).run(row, 1, 1);
        }
    }

    /** Runs what comes behind a charge, for one step. */
    public void fire(StepRun run, int row) {
        NeuronLoops.Between between = loops.between();
        if (between != null) {
            between.run(run, row, this);
        }
        steps(run, row, batch(run), null);
        clearPads(run, row, batch(run));
    }

    private void clearPads(StepRun run, int firstRow, int rows) {
        if (run.endWord < run.spikes.stride() || loops.padsStay()) {
            return;
        }
        clearPads(run.state);
        clearPads(run.spikes, firstRow, rows);
        clearPads(run.previous, 0, batch(run));
        for (int row = firstRow; run.records && row < firstRow + rows; row++) {
            Pads.clear(run.membranes, row);
        }
    }

    /** Clears what loops left behind the last neuron. */
    private static void clearPads(FloatMatrix state) {
        for (int row = 0; row < state.rows(); row++) {
            Pads.clear(state, row);
        }
    }

    private static void clearPads(SpikeMatrix spikes, int firstRow, int rows) {
        for (int row = firstRow; row < firstRow + rows; row++) {
            Pads.clear(spikes, row);
        }
    }

    /** Forgets currents and recordings, so that they can be freed. */
    void release() {
        for (int i = 0; i < made.size(); i++) { // most places are empty, and a step of a loop ends here
            made.get(i).release();
        }
    }

    private int batch(StepRun run) {
        return run.state.rows() / loops.variables().size();
    }

    private void steps(StepRun run, int firstRow, int rows, @Nullable NoiseRows noises) {
        int batch = batch(run);
        PortCurrents ports = run.ports;
        Form form = run.records ? Form.RECORD : ports != null && ports.clears() ? Form.CLEAR : Form.RUN;
        int together = loops.together(rows / batch);
        int done = rows - rows % (together * batch);
        loop(placed(form, together), run, firstRow, done, noises);
        if (done < rows) {
            loop(placed(form, 1), run, firstRow + done, rows - done, noises);
        }
    }

    /** Places some samples from a row on. */
    private Placed put(Placed to, StepRun run, int firstRow, int sample, int samples, @Nullable NoiseRows noises) {
        Frame frame = to.frame;
        int batch = batch(run);
        frame.batch = samples;
        frame.firstWord = run.firstWord;
        frame.words = run.endWord - run.firstWord;
        for (int i = 0; i < to.variables.length; i++) { // an iterator would be an object
            to.put(to.variables[i], run.state, i * batch + sample, 0);
            to.put(to.charged[i], run.state, i * batch + sample, 0);
        }
        for (int i = 0; i < to.inputs.length; i++) {
            to.put(to.inputs[i], run.entering(i), i == 1 ? -run.firstFed : 0, run.firstCurrent);
        }
        if (loops.gates() > 1) {
            putGates(to, run, firstRow);
        }
        for (int i = 0; noises != null && i < to.noises.length; i++) {
            // The rows of one step: wherever that is among the rows that run, they are the first.
            to.put(to.noises[i], noises.of(i), -firstRow, 0);
        }
        to.put(to.spikes, run.spikes, 0);
        to.put(to.recorded, run.membranes, 0, 0);
        to.put(to.previous, run.previous, 0);
        to.put(to.reset, run.spikes, firstRow);
        to.put(to.winner, winners, sample);
        return to;
    }

    private void putGates(Placed to, StepRun run, int firstRow) {
        for (int i = 0; i < to.inputs.length; i++) {
            int port = i / GateRows.GATES;
            if (gates == null) {
                int origin = -(i % GateRows.GATES) * loops.neurons();
                to.put(to.inputs[i], run.entering(port), port == 1 ? -run.firstFed : 0, origin);
            } else {
                to.put(to.inputs[i], gates.rows(), gates.row(i) - firstRow, 0);
            }
        }
    }

    /**
     * Runs steps whose currents are all the same, for the blocks of these.
     *
     * @param current {@code [batch x neurons]}
     * @param state {@code [variables * batch x neurons]}, updated
     * @param spikes {@code [steps * batch x neurons]}, overwritten for these
     */
    public void hold(Tile current, FloatMatrix state, SpikeMatrix spikes) {
        int batch = state.rows() / loops.variables().size();
        int together = loops.heldTogether(spikes.rows() / batch);
        int done = spikes.rows() - spikes.rows() % (together * batch);
        hold(together, current, state, spikes).run(0, done, batch);
        if (done < spikes.rows()) {
            hold(1, current, state, spikes).run(done, spikes.rows() - done, batch);
        }
        if (current.endBlock() == spikes.stride() && !loops.padsStay()) {
            clearPads(state);
            clearPads(spikes, 0, spikes.rows());
        }
    }

    private Placed hold(int together, Tile current, FloatMatrix state, SpikeMatrix spikes) {
        Placed to = placed(Form.HOLD, together);
        Frame frame = to.frame;
        frame.batch = state.rows() / loops.variables().size();
        frame.firstWord = current.firstBlock();
        frame.words = current.endBlock() - frame.firstWord;
        for (int i = 0; i < to.variables.length; i++) {
            to.put(to.variables[i], state, i * frame.batch, 0);
        }
        to.put(to.inputs[0], current.matrix(), 0, current.origin());
        to.put(to.spikes, spikes, 0);
        return to;
    }
}
