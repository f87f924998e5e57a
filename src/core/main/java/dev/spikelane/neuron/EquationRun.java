package dev.spikelane.neuron;

import dev.spikelane.equation.NoiseRows;
import dev.spikelane.kernel.step.DelayLine;
import dev.spikelane.kernel.step.StepFrames;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import org.jspecify.annotations.Nullable;

/** Runs loops of equations and draws their noise; it serves one thread at a time. */
final class EquationRun {

    private final EquationGroup group;
    private final NeuronState state;
    /** Made when a batch is known. */
    private @Nullable NoiseRows noises;
    /** Currents that have gone through a line; made when they are needed. */
    private @Nullable FloatMatrix delayed;

    private DelayLine.@Nullable Run delays;

    EquationRun(EquationGroup group, NeuronState state) {
        this.state = state;
        this.group = group;
    }

    EquationGroup group() {
        return group;
    }

    /** Runs whole steps, from a row on, the first of which has a number. */
    void run(StepRun run, int firstRow, int rows, long step) {
        DelayLine line = group.line();
        if (line != null && (run.ports == null || !run.ports.delayed())) {
            delayed(line, run, firstRow, rows, step);
        } else {
            steps(run, firstRow, rows, step);
        }
    }

    private void steps(StepRun run, int firstRow, int rows, long step) {
        StepFrames frames = run.frames(group.loops());
        int batch = run.state.rows() / group.names().size();
        if (group.equations().noises().isEmpty()) {
            frames.run(run, firstRow, rows, null);
        } else {
            for (int row = 0; row < rows; row += batch) {
                NoiseRows drawn = draw(run, batch, (int) (step + row / batch));
                frames.run(run, firstRow + row, batch, drawn);
            }
        }
    }

    private void delayed(DelayLine line, StepRun run, int firstRow, int rows, long step) {
        FloatMatrix from = run.current;
        int origin = run.firstCurrent;
        boolean alone = group.ports().size() == 1; // other ports stand as these currents do
        int first = alone ? run.tile.firstColumn() : origin;
        int columns = alone ? (run.endWord - run.firstWord) * Long.SIZE : from.columns();
        FloatMatrix into = delayed;
        if (into == null || into.rows() < firstRow + rows || into.columns() < columns) {
            into = FloatMatrix.zeros(NativeMemory.ofAuto(), firstRow + rows, columns);
            delayed = into;
        }
        DelayLine.Run own = delays;
        if (own == null) {
            own = new DelayLine.Run(line);
            delays = own;
        }
        own.forward(run.tile, firstRow, rows, into, first, state.window());
        run.current = into;
        run.firstCurrent = first;
        steps(run, firstRow, rows, step);
        run.current = from;
        run.firstCurrent = origin;
    }

    private NoiseRows draw(StepRun run, int batch, int step) {
        NoiseRows into = noises;
        if (into == null) {
            into = new NoiseRows(group, batch, 0, group.neurons());
            noises = into;
        }
        int end = Math.min(run.endWord * Long.SIZE, group.neurons());
        into.draw(state.noise(), step, run.firstWord * Long.SIZE, end);
        return into;
    }
}
