package dev.spikelane.golden;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.Adam;
import dev.spikelane.train.Schedule;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.Updates;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Optimizers, clipping and schedules equal torch's. */
@EveryWidth
class GoldenOptimizerTest {

    @Test
    void optimizers() {
        GoldenSet.of("optimizer").check(golden -> {
            float[] initial = golden.floats("parameters");
            float[] gradients = golden.floats("gradients");
            int columns = golden.shape("parameters").getLast();
            int rows = initial.length / columns;
            int steps = gradients.length / initial.length;
            Trainer.Optimizer optimizer = optimizer(golden);
            FloatMatrix parameter = FloatMatrix.copyOf(rows, columns, initial);
            FloatMatrix gradient = FloatMatrix.zeros(rows, columns);
            Updates.Steps update = Updates.of(optimizer, parameter);
            float[] after = new float[gradients.length];
            for (int step = 0; step < steps; step++) {
                float[] now = new float[initial.length];
                System.arraycopy(gradients, step * initial.length, now, 0, now.length);
                gradient.copyFrom(now);
                update.step(gradient, optimizer.rate());
                System.arraycopy(parameter.toArray(), 0, after, step * initial.length, initial.length);
            }
            golden.assertClose("after", after);
        });
    }

    private static Trainer.Optimizer optimizer(GoldenCase golden) {
        String kind = golden.text("kind").toLowerCase(Locale.ROOT);
        if (kind.equals("sgd")) {
            return new Sgd(golden.real("lr", 1e-3))
                    .withMomentum(golden.real("momentum", 0))
                    .withDampening(golden.real("dampening", 0))
                    .withNesterov(golden.flagIfSet("nesterov"))
                    .withWeightDecay(golden.real("weight_decay", 0));
        }
        boolean decoupled = kind.equals("adamw");
        Adam adam = decoupled ? Adam.decoupled(golden.real("lr", 1e-3)) : new Adam(golden.real("lr", 1e-3));
        JsonNode betas = golden.parameters().path("betas");
        if (betas.isArray()) {
            adam = adam.withBetas(betas.get(0).doubleValue(), betas.get(1).doubleValue());
        }
        return adam.withEpsilon(golden.real("eps", 1e-8))
                .withWeightDecay(golden.real("weight_decay", decoupled ? 0.01 : 0))
                .withAmsgrad(golden.flagIfSet("amsgrad"));
    }

    @Test
    void clipping() {
        GoldenSet.of("clip_gradients").check(golden -> {
            List<FloatMatrix> gradients = new ArrayList<>();
            List<MemorySegment> segments = new ArrayList<>();
            for (String name : golden.inputs()) {
                gradients.add(FloatMatrix.vector(golden.floats(name)));
                segments.add(gradients.getLast().segment());
            }
            double norm = Updates.clip(how(golden), golden.real("most", 1), segments);
            for (int i = 0; i < gradients.size(); i++) {
                golden.assertClose(
                        golden.inputs().get(i).replace("gradient", "clipped"),
                        gradients.get(i).toArray());
            }
            if (golden.text("how").contains("norm")) {
                double want = golden.scalar("norm");
                assertEquals(want, norm, 3e-6 * want, golden + ": norm");
            }
        });
    }

    private static String how(GoldenCase golden) {
        if (golden.text("how").equals("value")) {
            return "VALUE";
        }
        String kind = golden.text("how");
        for (String key : new String[] {"norm_type", "norm", "type"}) {
            kind += golden.has(key) ? golden.text(key) : "";
        }
        return kind.toLowerCase(Locale.ROOT).contains("inf") ? "LARGEST" : "NORM";
    }

    @Test
    void schedules() {
        GoldenSet.of("schedule").check(golden -> {
            Schedule schedule = schedule(golden);
            float[] rates = floats(
                    golden.shape("rates").getFirst(), step -> (float) schedule.rate(step, golden.real("lr", 0.1)));
            golden.assertClose("rates", rates);
        });
    }

    private static Schedule schedule(GoldenCase golden) {
        return switch (golden.text("kind")) {
            case "step" -> Schedule.step(golden.integer("step_size"), golden.real("gamma", 0.1));
            case "multi_step" -> {
                List<Long> milestones = new ArrayList<>();
                golden.parameters().path("milestones").forEach(step -> milestones.add(step.longValue()));
                yield Schedule.multiStep(
                        golden.real("gamma", 0.1),
                        milestones.stream().mapToLong(Long::longValue).toArray());
            }
            case "exponential" -> Schedule.exponential(golden.real("gamma", 0.1));
            case "cosine" -> Schedule.cosine(golden.integer("T_max"), golden.real("eta_min", 0));
            case "cosine_restarts" ->
                Schedule.cosineRestarts(golden.integer("T_0"), golden.integer("T_mult", 1), golden.real("eta_min", 0));
            case "linear" ->
                Schedule.linear(
                        golden.real("start_factor", 1.0 / 3),
                        golden.real("end_factor", 1),
                        golden.integer("total_iters", 5));
            case "one_cycle" -> {
                int steps = golden.integer("total_steps", 0);
                yield new Schedule.OneCycle(
                                golden.real("max_lr", 0),
                                steps > 0 ? steps : golden.integer("epochs") * golden.integer("steps_per_epoch"))
                        .withRisingShare(golden.real("pct_start", 0.3))
                        .withLines(golden.has("anneal_strategy")
                                && golden.text("anneal_strategy").equals("linear"))
                        .withDivisors(golden.real("div_factor", 25), golden.real("final_div_factor", 1e4))
                        .withThreePhases(golden.flagIfSet("three_phase"));
            }
            default -> throw new IllegalArgumentException("schedule " + golden.text("kind"));
        };
    }
}
