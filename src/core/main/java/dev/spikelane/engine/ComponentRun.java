package dev.spikelane.engine;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.thread.WorkerPool;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.OptionalInt;

/** Populations that run a block of steps together. */
public interface ComponentRun {

    /**
     * Runs some steps of a block, and measures them if {@code profiled}.
     *
     * @param firstStep the first step
     * @param steps number of steps
     * @param stepNumber number of {@code firstStep}, counted from the last reset
     */
    void run(WorkerPool workers, int firstStep, int steps, long stepNumber, boolean profiled);

    /**
     * Creates the run of a component whose populations have their projections.
     *
     * @param populations all populations of the network
     */
    static ComponentRun of(
            LaidOutNetwork network,
            ComponentPlan.Component component,
            PopulationRun[] populations,
            Arena arena,
            WorkerPool workers,
            RunSize size) {
        List<PopulationRun> members = component.populations().stream()
                .map(number -> populations[number])
                .toList();
        boolean stepwise = members.stream().anyMatch(PopulationRun::stepwise);
        if (EventRun.serves(members, projection -> isWithin(component, projection))) {
            return EventRun.of(network, members, projection -> isWithin(component, projection), arena, workers, size);
        }
        if (component.steps() == 0 && !stepwise) {
            return new TileRun(members.getFirst(), arena, size);
        }
        int steps = stepwise ? 1 : Math.min(component.steps(), size.segment());
        List<LoopPopulation> loop = members.stream()
                .map(population -> new LoopPopulation(
                        population, projection -> isWithin(component, projection), _ -> null, arena, size, steps))
                .toList();
        return new LoopRun(loop, steps, arena, size);
    }

    private static boolean isWithin(ComponentPlan.Component component, ProjectionRun projection) {
        OptionalInt source = projection.description().source().ofPopulation();
        return source.isPresent() && component.populations().contains(source.getAsInt());
    }
}
