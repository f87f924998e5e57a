package dev.spikelane.neuron.gradient;

import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.QuantizeLevels;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes gradients back through a step of neurons of equations whose variables are rounded when it is found out who
 * fires: through what follows from the rounded variables, then through what comes before, as if nothing were rounded.
 */
final class RoundedBackward implements NeuronBackward {

    private final EquationBackward charge;
    private final EquationBackward fire;
    private final QuantizeLevels levels;
    private final List<String> names;
    private final int neurons;
    /** The second part of a step, which begins with rounded variables. */
    private final Step cut = new Step();

    private final List<FloatMatrix> rounded = new ArrayList<>();

    /**
     * Joins both parts of a tile.
     *
     * @param names of the variables
     * @param neurons of the tile
     */
    RoundedBackward(
            EquationBackward charge, EquationBackward fire, QuantizeLevels levels, List<String> names, int neurons) {
        this.charge = charge;
        this.fire = fire;
        this.levels = levels;
        this.names = names;
        this.neurons = neurons;
    }

    @Override
    public void update() {}

    /** Computes the rounded variables once more. */
    private void charge(Step step, FloatMatrix ofVariables) {
        int batch = ofVariables.rows() / names.size();
        if (rounded.isEmpty()) {
            for (int i = 0; i < names.size(); i++) {
                rounded.add(FloatMatrix.zeros(NativeMemory.ofAuto(), batch, neurons));
                cut.before[i] = rounded.get(i);
            }
        }
        charge.charge(step, ofVariables, rounded);
        for (int i = 0; i < names.size(); i++) {
            for (int sample = 0; sample < batch && Equations.isRounded(names.get(i)); sample++) {
                Quantize.row(levels, rounded.get(i), sample, 0, neurons);
            }
        }
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
