package dev.spikelane.description;

import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Recurrence;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A declared network. Sources and targets are numbers in the order of declaration. */
public record NetworkDescription(
        List<InputDescription> inputs,
        List<PopulationDescription> populations,
        List<ProjectionDescription> projections) {

    public NetworkDescription {
        inputs = List.copyOf(inputs);
        populations = List.copyOf(populations);
        projections = List.copyOf(projections);
    }

    public NetworkDescription fixed() {
        return new NetworkDescription(
                inputs,
                populations,
                projections.stream().map(ProjectionDescription::fixed).toList());
    }

    public Shape shapeOf(SourceDescription source) {
        return switch (source) {
            case SourceDescription.OfInput input -> inputs.get(input.input()).shape();
            case SourceDescription.OfSpikes spikes ->
                populations.get(spikes.population()).shape();
            case SourceDescription.OfVariable variable ->
                populations.get(variable.population()).shape();
        };
    }

    public String nameOf(SourceDescription source) {
        return switch (source) {
            case SourceDescription.OfInput input -> inputs.get(input.input()).name();
            case SourceDescription.OfSpikes spikes ->
                populations.get(spikes.population()).name();
            case SourceDescription.OfVariable variable ->
                populations.get(variable.population()).name();
        };
    }

    /** Returns true if the target's model adds this projection when a network is built. */
    public boolean isRecurrence(ProjectionDescription projection) {
        PopulationDescription target = populations.get(projection.target());
        return projection.port().equals(Neuron.FEEDBACK)
                && projection.name().equals(ProjectionDescription.nameOfRecurrence(target.name()))
                && !(target.neuron().recurrence() instanceof Recurrence.None);
    }

    /**
     * Returns the operators of a projection, from source to target, at least one; throws if a connection does not
     * accept its source.
     */
    public List<OperatorDescription> operators(int projection) {
        ProjectionDescription said = projections.get(projection);
        return PathWalk.operators(said, shapeOf(said.source()));
    }

    /**
     * Returns all values, first of projections, then of populations, in order of declaration. Parameters have their
     * declared shapes; a parameter may get one value for all neurons, or one for each.
     */
    public List<NamedValues> values() {
        List<NamedValues> values = new ArrayList<>();
        for (int i = 0; i < projections.size(); i++) {
            operators(i).forEach(operator -> values.addAll(operator.values()));
        }
        for (int i = 0; i < populations.size(); i++) {
            values.addAll(parameters(i));
        }
        return values;
    }

    /** Returns the parameters of a population. The weights of a recurrence belong to its projection. */
    public List<NamedValues> parameters(int population) {
        PopulationDescription owner = populations.get(population);
        boolean fed = enters(population, Neuron.FEEDBACK);
        List<NamedValues> values = new ArrayList<>();
        owner.neuron().parameters().forEach((name, declared) -> {
            if (!fed || !name.equals(Neuron.RECURRENT_WEIGHTS)) {
                values.add(new NamedValues(owner.name(), ValueDescription.parameter(name, declared.count())));
            }
        });
        return values;
    }

    public String describeConnections(int population) {
        return projections.stream()
                .filter(projection -> projection.target() == population)
                .map(ProjectionDescription::describePath)
                .collect(Collectors.joining(" + "));
    }

    public boolean enters(int population, String port) {
        return projections.stream()
                .anyMatch(projection ->
                        projection.target() == population && projection.port().equals(port));
    }
}
