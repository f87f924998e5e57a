package dev.spikelane.train.gradient;

import dev.spikelane.engine.BackwardNeeds;
import dev.spikelane.engine.ComponentPlan;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.ProjectionRun;
import dev.spikelane.engine.TwoPhaseRun;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.gradient.NeuronGradient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Connects the populations, projections and inputs of a {@link GradientRun}. */
class GradientRunBuilder implements BackwardNeeds {

    final GradientRequest plan;
    final Network network;
    final WorkerPool workers;
    private final NeuronGradient[] neurons;

    final @Nullable GradientDropout[] dropouts;
    final NetworkRun run;

    final GradientInput[] inputs;
    final GradientPopulation[] populations;
    final List<ComponentPlan.Component> components;
    /** Parts of each projection, from target to source. */
    final List<List<GradientProjection>> parts = new ArrayList<>();

    final List<GradientProjection> projections = new ArrayList<>();
    final List<GradientNorm> norms = new ArrayList<>();
    final List<GradientStage> stages = new ArrayList<>();

    GradientRunBuilder(GradientRequest plan, Set<String> wantedInputs, WorkerPool workers) {
        this.plan = plan;
        this.network = plan.network();
        this.workers = workers;
        plan.requireValues();
        this.neurons = new NeuronGradient[network.populations().size()];
        for (int i = 0; i < neurons.length; i++) {
            neurons[i] = neurons(i);
        }
        this.dropouts = new GradientDropout[network.projections().size()];
        this.run = NetworkRun.ofWindows(plan.layout(), plan.size(), plan.arena(), workers, this);
        this.inputs = new GradientInput[network.inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            String name = network.inputs().get(i).name();
            inputs[i] = new GradientInput(plan, i, run.input(i), wantedInputs.contains(name), workers);
        }
        this.populations = new GradientPopulation[neurons.length];
        this.components = plan.layout().components();
        for (ComponentPlan.Component component : components) {
            for (int number : component.populations()) {
                populations[number] = new GradientPopulation(
                        plan, number, run.population(number), neurons[number], isAlone(component));
            }
        }
    }

    final GradientRun build() {
        for (int i = 0; i < dropouts.length; i++) {
            List<ProjectionRun> slices = run.projection(i);
            for (ProjectionRun slice : slices) {
                List<GradientProjection> made = connect(i, slice);
                projections.addAll(made);
                if (slice.equals(slices.getFirst())) {
                    parts.add(made); // delays of synapses share learned values
                }
            }
        }
        addFeedback();
        for (GradientPopulation population : populations) {
            population.layOut();
        }
        for (int i = 0; i < components.size(); i++) {
            ComponentPlan.Component component = components.get(i);
            stages.add(new GradientStage(plan.size(), members(component), run.stage(i), steps(component), workers));
        }
        return run();
    }

    private GradientPopulation[] members(ComponentPlan.Component component) {
        return component.populations().stream()
                .map(number -> populations[number])
                .toArray(GradientPopulation[]::new);
    }

    /** Returns true if threads may share the neurons of a component in the backward pass. */
    boolean isAlone(ComponentPlan.Component component) {
        return component.steps() == 0;
    }

    /** Returns the number of steps after which a component turns to its next population; 0 for all steps. */
    int steps(ComponentPlan.Component component) {
        return component.steps();
    }

    /** Adds projections for the backward pass alone. */
    void addFeedback() {
        // only online gradients have feedback
    }

    GradientRun run() {
        return new GradientRun(this);
    }

    private NeuronGradient neurons(int number) {
        Population declared = plan.population(number);
        try {
            return NeuronGradient.of(
                    plan.arena(),
                    plan.layout().population(number).inside(),
                    plan.layout().neurons(number),
                    plan.size().batch(),
                    plan.learnedOf(declared));
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "population '" + declared.name() + "': " + failure.getMessage(), failure);
        }
    }

    @Override
    public Keeping keeping(int population) {
        return plan.keeping(population, !neurons[population].needsCurrents());
    }

    @Override
    public SourceRun source(int number, SourceRun source) {
        Projection projection = network.projections().get(number);
        if (projection.plastic()) {
            throw new IllegalArgumentException("projection '" + projection.name()
                    + "' is plastic and changes by itself, expected one that is learned");
        }
        if (!plan.dropouts().containsKey(projection.name())) {
            return source;
        }
        int[] delays = plan.layout().description().projections().get(number).delays();
        if (delays[delays.length - 1] > projection.delay()) {
            throw new IllegalArgumentException("projection '" + projection.name()
                    + "' drops what synapses delay by up to " + (delays[delays.length - 1] - projection.delay())
                    + " steps, expected the delay at the projection");
        }
        GradientDropout dropout = new GradientDropout(plan, projection, number, source);
        dropouts[number] = dropout;
        return dropout;
    }

    /**
     * Creates the backward pass of a projection. A normalization over the batch cuts it; the part at the target comes
     * first.
     */
    List<GradientProjection> connect(int number, ProjectionRun slice) {
        Projection declared = network.projections().get(number);
        GradientPopulation target = population(declared.target());
        StoredCurrents port = target.forward().currents(declared.port());
        List<GradientProjection> made = new ArrayList<>();
        GradientNorm norm = null;
        int before = norms.size();
        ProjectionRun forward = slice;
        while (forward.source() instanceof TwoPhaseRun cut) {
            GradientProjection projection = projection(number, forward, port, norm);
            made.add(projection);
            port = new StoredCurrents(
                    plan.arena(),
                    plan.size(),
                    cut.operator().outputs(),
                    slice.description().delay());
            norm = new GradientNorm(cut, projection, port, plan, workers);
            norms.add(before, norm);
            forward = cut.rows();
        }
        GradientProjection first = projection(number, forward, port, norm);
        made.add(first);
        target.add(made.getFirst());
        pull(number, first);
        return made;
    }

    void pull(int number, GradientProjection made) {
        Projection.Source from = network.projections().get(number).source();
        from.ofPopulation().ifPresent(named -> {
            GradientPopulation population = population(named);
            from.ofVariable()
                    .map(population::ofVariable)
                    .orElseGet(population::ofSpikes)
                    .add(made);
        });
    }

    private GradientProjection projection(
            int number, ProjectionRun forward, StoredCurrents port, @Nullable GradientNorm norm) {
        Projection declared = network.projections().get(number);
        boolean starts = !(forward.source() instanceof TwoPhaseRun);
        GradientInput input = starts && declared.source() instanceof Input named ? input(named) : null;
        boolean pulls = input == null || input.wantsGradient();
        GradientChain chain;
        try {
            chain = new GradientChain(
                    plan.arena(),
                    forward.chain(),
                    plan.size(),
                    pulls,
                    plan.size().segments() == 1 || forward.description().delay() == 0,
                    run.scratch(),
                    workers);
        } catch (UnsupportedOperationException | IllegalArgumentException failure) {
            throw new IllegalArgumentException(
                    "projection '" + declared.name() + "': " + failure.getMessage(), failure);
        }
        boolean learns = plan.learned().stream().anyMatch(name -> name.startsWith(declared.name() + "."));
        GradientDropout dropout = starts ? dropouts[number] : null;
        return new GradientProjection(forward, chain, input, dropout, port, norm, plan, learns);
    }

    private GradientInput input(Input input) {
        return inputs[network.inputs().indexOf(input)];
    }

    GradientPopulation population(Population declared) {
        return populations[network.populations().indexOf(declared)];
    }
}
