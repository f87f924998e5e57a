package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A run of a user's network, or of one of its populations on the recorded input from the others.
 *
 * @param run the network and its recorded run
 * @param population the measured population; empty for the whole network
 */
public record ModelWork(ModelRun run, Optional<Population> population) implements Work {

    @Override
    public String name() {
        return population.map(Population::name).orElse("");
    }

    @Override
    public int threads() {
        return run.subject().threads();
    }

    @Override
    public Case open() {
        return new ModelCase(this);
    }

    /** Describes the projections to the population. */
    public String paths() {
        return run.projections(population).stream()
                .map(Projection::describePath)
                .collect(Collectors.joining("; "));
    }

    /** Returns the bytes of its weights and parameters, as floats. */
    public long weightBytes() {
        Weights weights = run.network(population, connection -> connection).weights();
        return weights.names().stream()
                .mapToLong(name ->
                        weights.shape(name).stream().mapToLong(size -> size).reduce(1, Math::multiplyExact))
                .map(count -> count * Float.BYTES)
                .sum();
    }
}
