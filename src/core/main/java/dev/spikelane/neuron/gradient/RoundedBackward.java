package dev.spikelane.neuron.gradient;

import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.NeuronText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Backpropagates through a step whose variables are rounded, or whose winner is chosen, before neurons fire: first
 * through the part after the change, then through the part before it. The change itself passes gradients unchanged.
 */
final class RoundedBackward implements NeuronBackward {

    private final EquationBackward charge;
    private final EquationBackward fire;
    private final NeuronText.AtSpike atSpike;
    private final int variables;
    private final int neurons;
    /** The second part of a step, whose variables are rounded. */
    private final Step cut = new Step();

    private FloatMatrix all = FloatMatrix.zeros(1, 1);

    private final List<FloatMatrix> rounded = new ArrayList<>();
    private SpikeMatrix winners = SpikeMatrix.zeros(1, 1);

    /**
     * Joins both parts of a tile.
     *
     * @param variables number of variables after the charge
     * @param neurons neurons of the tile
     */
    RoundedBackward(
            EquationBackward charge, EquationBackward fire, NeuronText.AtSpike atSpike, int variables, int neurons) {
        this.charge = charge;
        this.fire = fire;
        this.atSpike = atSpike;
        this.variables = variables;
        this.neurons = neurons;
    }

    /** Recomputes the rounded variables. */
    private void charge(Step step, FloatMatrix ofVariables) {
        int batch = charge.batch(ofVariables);
        if (rounded.isEmpty()) {
            all = FloatMatrix.zeros(NativeMemory.ofAuto(), variables * batch, neurons);
            for (int i = 0; i < variables; i++) {
                rounded.add(all.rows(i * batch, batch));
                cut.before[i] = rounded.get(i);
            }
            winners = SpikeMatrix.zeros(NativeMemory.ofAuto(), batch, neurons);
            fire.winners(winners);
        }
        charge.charge(step, ofVariables, rounded);
        atSpike.run(all, batch, 0, neurons, winners);
        cut.after = step.after;
        cut.afterRow = step.afterRow;
    }

    @Override
    public void toDistance(Step step, FloatMatrix ofVariables, FloatMatrix ofSpikes, FloatMatrix distance) {
        charge(step, ofVariables);
        fire.toDistance(cut, ofVariables, ofSpikes, distance);
    }

    @Override
    public void toCurrents(Step step, @Nullable FloatMatrix ofDistance, FloatMatrix ofVariables, int batch) {
        if (ofDistance == null) { // there was no first pass
            charge(step, ofVariables);
        }
        fire.toCurrents(cut, ofDistance, ofVariables, batch);
        charge.toCurrents(step, null, ofVariables, batch);
    }
}
