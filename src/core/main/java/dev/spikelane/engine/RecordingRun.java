package dev.spikelane.engine;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.kernel.step.DelayLine;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs the neurons of a population through steps whose currents are kept, and keeps the requested variables. */
public final class RecordingRun {

    private final PopulationRun population;
    private final BackwardNeeds.Keeping keeping;
    /** Currents of each port. */
    private final StoredCurrents[] kept;

    private final boolean oneEach;
    /** Currents that a thread passes to the neurons. */
    private final List<NeuronRun<NeuronState>> currents = new ArrayList<>();

    private final RunSize size;
    /** Currents of a segment before they are delayed, sample after sample; null if they are not needed. */
    private final @Nullable FloatMatrix undelayed;

    private final DelayLine.Run[] delays;

    /** A variable that a thread keeps. */
    private final Tile[] variableOf;

    RecordingRun(PopulationRun population, BackwardNeeds.Keeping keeping, RunSize size, Arena arena) {
        this.population = population;
        this.keeping = keeping;
        this.kept = keeping.currents().toArray(StoredCurrents[]::new);
        this.oneEach = population.currents() == population.size();
        DelayLine line = steps().line();
        this.undelayed = line == null || !keeping.undelayed()
                ? null
                : FloatMatrix.zeros(arena, size.segmentRows(), population.size());
        this.size = size;
        this.delays = new DelayLine.Run[line == null ? 0 : size.threads()];
        for (int i = 0; line != null && i < delays.length; i++) {
            delays[i] = new DelayLine.Run(line);
        }
        this.variableOf = new Tile[size.threads()];
        Tile none = Tile.whole(FloatMatrix.zeros(1, 1));
        for (int i = 0; i < variableOf.length; i++) {
            NeuronRun<NeuronState> own =
                    population.newRun(Stream.generate(none::another).limit(kept.length));
            own.delayed = true;
            currents.add(own);
            variableOf[i] = none.another();
        }
    }

    BackwardNeeds.Keeping keeping() {
        return keeping;
    }

    /** Returns the currents of a segment before they are delayed, sample after sample; null if they are not needed. */
    public @Nullable FloatMatrix undelayed() {
        return undelayed;
    }

    /** Delays the currents of some steps, if the neurons have delays. */
    public void delay(NeuronState from, int first, int count, int firstBlock, int endBlock, int thread) {
        DelayLine line = steps().line();
        if (line != null) {
            Tile tile = at(first, firstBlock, endBlock, thread).ports[0];
            DelayLine.Run own = delays[thread].with(line);
            if (undelayed != null) {
                own.keep(undelayed, size.segment(), size.inSegment(first));
            }
            own.forward(tile, 0, count * size.batch(), tile.matrix(), tile.origin(), from.window());
        }
    }

    /** Runs neurons through some steps. */
    void fire(int first, int count, int firstBlock, int endBlock, int thread) {
        delay(population.state(), first, count, firstBlock, endBlock, thread);
        List<PopulationSignals.Kept> variables = population.variables();
        if (keeping.replaces()) {
            record(population.state(), first, count, firstBlock, endBlock, thread);
            for (int i = 0; i < variables.size(); i++) {
                keep(variables.get(i), currents.get(thread).ports[0], first, count);
            }
        } else if (variables.isEmpty()) {
            run(population.state(), first, count, firstBlock, endBlock, thread);
        } else {
            for (int step = first; step < first + count; step++) {
                run(population.state(), step, 1, firstBlock, endBlock, thread);
                for (int i = 0; i < variables.size(); i++) {
                    Tile of = variableOf[thread].on(
                            population.state().variable(variables.get(i).name()));
                    keep(variables.get(i), of.at(firstBlock, endBlock), step, 1);
                }
            }
        }
    }

    private void keep(PopulationSignals.Kept variable, Tile from, int first, int count) {
        if (!variable.inPlace()) {
            from.copyTo(0, variable.history().from(first, 0), 0, count * population.batch());
        }
    }

    /** Runs neurons through some steps, from a state, and overwrites the currents with their membranes. */
    public void record(NeuronState from, int first, int count, int firstBlock, int endBlock, int thread) {
        NeuronRun<NeuronState> own = at(first, firstBlock, endBlock, thread).from(from);
        steps().run(own.go(count * population.batch(), spikes(first), own.current()));
    }

    /** Runs neurons through some steps, from a state. */
    public void run(NeuronState from, int first, int count, int firstBlock, int endBlock, int thread) {
        NeuronRun<NeuronState> own = at(first, firstBlock, endBlock, thread).from(from);
        steps().run(own.go(count * population.batch(), spikes(first), null));
    }

    private PortSteps<NeuronState> steps() {
        return population.neuronSteps();
    }

    private SpikeMatrix spikes(int first) {
        return population.spikes().from(first, 0);
    }

    /** Moves to the currents of some steps; of all neurons if each has several. */
    private NeuronRun<NeuronState> at(int first, int firstBlock, int endBlock, int thread) {
        NeuronRun<NeuronState> own = currents.get(thread);
        own.ports[0].on(kept[0].from(first));
        if (oneEach) {
            own.ports[0].at(firstBlock, endBlock);
        }
        for (int i = 1; i < kept.length; i++) {
            own.ports[i].on(kept[i].from(first)).at(own.ports[0]);
        }
        return own;
    }
}
