package dev.spikelane.train.gradient;

import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.operator.DenseOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.ChainRun;
import dev.spikelane.engine.ComponentPlan;
import dev.spikelane.engine.ProjectionRun;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.network.Projection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds eligibility traces to all populations of an {@link OnlineRun}, and feedback from readouts. */
final class OnlineRunBuilder extends GradientRunBuilder {

    private final GradientRequest.Online online;
    final Eligibility[] traces;
    final Map<String, GradientProjection> learnedFeedback = new LinkedHashMap<>();

    OnlineRunBuilder(
            GradientRequest plan, GradientRequest.Online online, Set<String> wantedInputs, WorkerPool workers) {
        super(plan, wantedInputs, workers);
        this.online = online;
        this.traces = new Eligibility[populations.length];
        for (int i = 0; i < traces.length; i++) {
            traces[i] = new Eligibility(populations[i], plan, online);
        }
    }

    Eligibility[] traces(ComponentPlan.Component component) {
        return component.populations().stream().map(number -> traces[number]).toArray(Eligibility[]::new);
    }

    private Eligibility trace(GradientPopulation population) {
        return traces[List.of(populations).indexOf(population)];
    }

    @Override
    boolean isAlone(ComponentPlan.Component component) {
        return false;
    }

    @Override
    int steps(ComponentPlan.Component component) {
        return 0;
    }

    @Override
    GradientRun run() {
        return new OnlineRun(this, online.steps());
    }

    /** Connects a projection to the forward gradients of its target, and to its source if that needs gradients. */
    @Override
    void pull(int number, GradientProjection made) {
        Projection declared = network.projections().get(number);
        Eligibility target = trace(population(declared.target()));
        GradientPopulation source =
                declared.source().ofPopulation().map(this::population).orElse(null);
        boolean isSpatial = online.feedback() == GradientRequest.Feedback.SPATIAL;
        boolean pulls = source != null
                && (isSpatial
                        || online.feedback() == GradientRequest.Feedback.SYMMETRIC
                                && online.readouts().contains(declared.target().name()));
        List<Operator> operators = plan.layout().chain(number).operators(); // including operators after a cut
        boolean isDense = operators.size() == 1 && operators.getFirst() instanceof DenseOperator;
        if (!isDense && (pulls || made.learns())) {
            throw new IllegalArgumentException("projection '" + declared.name() + "' is "
                    + made.forward().description().describePath()
                    + ", expected one dense connection for online gradients");
        }
        if (source != null && !plan.layout().carriesOnes(source.declared().name(), Set.of())) {
            throw new IllegalArgumentException("population '"
                    + source.declared().name() + "' has graded spikes, expected ones for online gradients");
        }
        if (pulls && (declared.delay() > 0 || declared.source().ofVariable().isPresent())) {
            throw new IllegalArgumentException("projection '" + declared.name()
                    + "' would take online gradients back through a delay or from a variable, expected spikes"
                    + " without a delay");
        }
        if (made.learns()) {
            target.add(made, declared.port(), plan);
        }
        made.pullFrom(target.pulled(declared.port()));
        if (pulls && source != null) {
            source.ofSpikes().add(made);
            trace(source).add(made, target);
        }
    }

    /** Creates random feedback in place of projections to readouts. */
    @Override
    void addFeedback() {
        for (int i = 0; i < traces.length; i++) {
            for (GradientRequest.Drawn drawn : online.drawn()) {
                if (drawn.source().equals(populations[i].declared().name())) {
                    projections.add(feedback(i, drawn));
                }
            }
            traces[i].requireFeedback();
        }
    }

    private GradientProjection feedback(int source, GradientRequest.Drawn drawn) {
        boolean learns = online.feedback() == GradientRequest.Feedback.ADAPTIVE;
        GradientPopulation readout = population(network.population(drawn.readout()));
        Eligibility target = trace(readout);
        String name = readout.forward().group().ports().getFirst();
        StoredCurrents port = readout.forward().currents(name);
        ProjectionDescription description = new ProjectionDescription(
                drawn.name(),
                new SourceDescription.OfSpikes(source),
                network.populations().indexOf(readout.declared()),
                name,
                0,
                List.of(),
                Plasticity.NONE);
        ChainRun operators = new ChainRun(List.of(drawn.weights()), plan.arena(), run.scratch());
        ProjectionRun forward = new ProjectionRun(
                description, operators, populations[source].forward().spikes(), plan.arena(), plan.size());
        GradientChain chain =
                new GradientChain(plan.arena(), operators, plan.size(), true, true, run.scratch(), workers);
        GradientProjection made = new GradientProjection(forward, chain, null, null, port, null, plan, learns);
        if (learns) {
            target.add(made, name, plan);
            learnedFeedback.put(drawn.name(), made);
        }
        populations[source].ofSpikes().add(made);
        traces[source].add(made, target);
        return made;
    }
}
