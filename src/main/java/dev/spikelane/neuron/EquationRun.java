package dev.spikelane.neuron;

import dev.spikelane.equation.CompiledProgram;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.Frame;
import dev.spikelane.equation.NoiseRows;
import dev.spikelane.kernel.base.Pads;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where loops of equations find their rows; it serves one thread at a time. */
final class EquationRun {

    private final EquationGroup group;
    private final NeuronState state;
    private final List<String> variables;
    /** Rows of the same, where a charge leaves them. */
    private final List<String> charged;

    private final Frame one;
    private final @Nullable Frame more;
    private final @Nullable Frame charge;
    private @Nullable Frame recording;
    /** Made when a batch is known. */
    private @Nullable NoiseRows noises;

    EquationRun(EquationGroup group, NeuronState state) {
        this.state = state;
        this.group = group;
        this.variables = List.copyOf(group.equations().variables().keySet());
        this.charged = variables.stream().map(Equations.CHARGED::concat).toList();
        this.one = group.frame(group.one());
        this.more = group.more() == null ? null : group.frame(group.more());
        this.charge = group.charge() == null ? null : group.frame(group.charge());
    }

    EquationGroup group() {
        return group;
    }

    /** Runs whole steps, from a row on, the first of which has a number. */
    void run(StepRun run, int firstRow, int rows, long step) {
        int batch = run.state.rows() / group.names().size();
        boolean draws = !group.equations().noises().isEmpty();
        int together = draws || charge != null ? batch : rows;
        for (int row = 0; row < rows; row += together) {
            if (draws) {
                draw(run, batch, (int) (step + row / batch));
            }
            charge(run, firstRow + row, batch);
            loop(run, firstRow + row, together, batch);
        }
        if (!group.padsStay() && run.endWord == run.spikes.stride()) {
            clearPads(run, firstRow, rows);
        }
    }

    private void draw(StepRun run, int batch, int step) {
        NoiseRows into = noises;
        if (into == null) {
            into = new NoiseRows(group, batch, 0, group.neurons());
            noises = into;
        }
        int end = Math.min(run.endWord * Long.SIZE, group.neurons());
        into.draw(state.noise(), step, run.firstWord * Long.SIZE, end);
    }

    /** The first part of a step whose variables are rounded. */
    private void charge(StepRun run, int row, int batch) {
        CompiledProgram first = group.charge();
        if (first != null && charge != null) {
            put(charge, run, row, batch);
            first.loop().run(charge, row, 1, batch);
            group.round(run, batch);
        }
    }

    private void loop(StepRun run, int firstRow, int rows, int batch) {
        CompiledProgram several = group.more();
        int done = 0;
        if (run.records) {
            Frame frame = recording;
            if (frame == null) {
                frame = group.frame(group.recording());
                recording = frame;
            }
            put(frame, run, firstRow, batch);
            group.recording().loop().run(frame, firstRow, rows / batch, batch);
            done = rows;
        } else if (several != null && more != null && rows >= several.program().steps() * batch) {
            int together = several.program().steps() * batch;
            put(more, run, firstRow, batch);
            several.loop().run(more, firstRow, rows / together, together);
            done = rows - rows % together;
        }
        if (done < rows) {
            put(one, run, firstRow, batch);
            group.one().loop().run(one, firstRow + done, (rows - done) / batch, batch);
        }
    }

    private void put(Frame frame, StepRun run, int firstRow, int batch) {
        frame.batch = batch;
        frame.firstWord = run.firstWord;
        frame.words = run.endWord - run.firstWord;
        for (int i = 0; i < variables.size(); i++) { // an iterator would be an object
            long base = run.state.rowOffset(i * batch);
            frame.put(variables.get(i), run.state.segment(), base, run.state.rowOffset(1));
            frame.put(charged.get(i), run.state.segment(), base, run.state.rowOffset(1));
        }
        long origin = (long) run.firstCurrent * Float.BYTES;
        for (int i = 0; i < group.ports().size(); i++) {
            FloatMatrix entering = run.entering(i);
            frame.put(group.ports().get(i), entering.segment(), -origin, entering.rowOffset(1));
        }
        NoiseRows drawn = noises;
        for (int i = 0; drawn != null && i < group.equations().noises().size(); i++) {
            FloatMatrix rows = drawn.of(i);
            long stride = rows.rowOffset(1) - rows.rowOffset(0);
            // The rows of one step: wherever that is among the rows that run, they are the first.
            frame.put(group.equations().noises().get(i), rows.segment(), -firstRow * stride, stride);
        }
        SpikeMatrix spikes = run.spikes;
        frame.put(Equations.SPIKE, spikes.segment(), spikes.rowOffset(0), spikes.rowOffset(1) - spikes.rowOffset(0));
        if (run.records) {
            FloatMatrix kept = run.membranes;
            frame.put(group.recorded(), kept.segment(), kept.rowOffset(0), kept.rowOffset(1) - kept.rowOffset(0));
        }
    }

    /** Clears what the loops left behind the last neuron. */
    private void clearPads(StepRun run, int firstRow, int rows) {
        for (int row = 0; row < run.state.rows(); row++) {
            Pads.clear(run.state, row);
        }
        int word = run.spikes.stride() - 1;
        long neurons = Pads.neuronsOfWord(run.spikes, word);
        for (int row = firstRow; row < firstRow + rows; row++) {
            long at = run.spikes.rowOffset(row) + (long) word * Long.BYTES;
            long bits = run.spikes.segment().get(ValueLayout.JAVA_LONG, at);
            run.spikes.segment().set(ValueLayout.JAVA_LONG, at, bits & neurons);
            if (run.records) {
                Pads.clear(run.membranes, row);
            }
        }
    }
}
