package dev.spikelane.description;

import dev.spikelane.memory.Shape;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A network as it was said: sources and targets are numbers in the order of declaration.
 *
 * @param inputs the inputs
 * @param populations the populations, at least one
 * @param projections the projections
 */
public record NetworkDescription(
        List<InputDescription> inputs,
        List<PopulationDescription> populations,
        List<ProjectionDescription> projections) {

    /** Copies the lists. */
    public NetworkDescription {
        inputs = List.copyOf(inputs);
        populations = List.copyOf(populations);
        projections = List.copyOf(projections);
    }

    /** Returns the shape of a source's rows. */
    public Shape shapeOf(SourceDescription source) {
        return switch (source) {
            case SourceDescription.OfInput input -> inputs.get(input.input()).shape();
            case SourceDescription.OfSpikes spikes ->
                populations.get(spikes.population()).shape();
            case SourceDescription.OfVariable variable ->
                populations.get(variable.population()).shape();
        };
    }

    /** Returns the connections to a population, in words. */
    public String describeConnections(int population) {
        return projections.stream()
                .filter(projection -> projection.target() == population)
                .map(ProjectionDescription::describePath)
                .collect(Collectors.joining(" + "));
    }

    /** Whether projections enter a port of a population. */
    public boolean enters(int population, String port) {
        return projections.stream()
                .anyMatch(projection ->
                        projection.target() == population && projection.port().equals(port));
    }
}
