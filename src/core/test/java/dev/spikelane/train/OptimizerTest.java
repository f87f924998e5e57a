package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.update.Clipping;
import dev.spikelane.train.update.ParameterUpdate;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@EveryWidth
final class OptimizerTest {

    private static Stream<Trainer.Optimizer> optimizers() {
        return Stream.of(
                new Sgd(0.1),
                new Sgd(0.1).withMomentum(0.9).withDampening(0.2).withWeightDecay(0.01),
                new Sgd(0.1).withMomentum(0.9).withNesterov(true),
                new Adam(0.01),
                new Adam(0.01).withAmsgrad(true).withWeightDecay(0.1),
                Adam.decoupled(0.01).withBetas(0.8, 0.9).withEpsilon(1e-6));
    }

    private static FloatMatrix gradient(int step) {
        Random random = new Random(step);
        float[] values = floats(3 * 5, i -> (float) random.nextGaussian());
        return FloatMatrix.copyOf(3, 5, values);
    }

    private static void run(Trainer.Optimizer optimizer, ParameterUpdate update, int first, int end) {
        for (int step = first; step < end; step++) {
            update.step(gradient(step).segment(), optimizer.rate());
        }
    }

    /** State read from one optimizer and written to another continues with the bits of an uninterrupted run. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void goesOnFromACheckpoint(Trainer.Optimizer optimizer) {
        FloatMatrix parameter = gradient(100);
        ParameterUpdate update = TrainingParts.bind(optimizer, parameter);
        run(optimizer, update, 0, 5);
        FloatMatrix copy = FloatMatrix.copyOf(3, 5, parameter.toArray());
        ParameterUpdate resumed = TrainingParts.bind(optimizer, copy);
        resumed.setSteps(update.steps());
        update.state()
                .forEach((name, memory) ->
                        MemorySegment.copy(memory, 0, resumed.state().get(name), 0, memory.byteSize()));
        run(optimizer, update, 5, 9);
        run(optimizer, resumed, 5, 9);
        assertArrayEquals(parameter.toArray(), copy.toArray());
        assertEquals(9, resumed.steps());
    }

    @Test
    void clippingJoinsAllGradients() {
        FloatMatrix first = FloatMatrix.vector(3, 0);
        FloatMatrix second = FloatMatrix.vector(0, 0, -4);
        Clipping.Clipper clipper = new Clipping(Clipping.How.NORM, 1).bind(List.of(first.segment(), second.segment()));
        assertEquals(5, clipper.clip(), 1e-6);
        assertArrayEquals(new float[] {0.6f, 0}, first.toArray(), 1e-6f);
        assertArrayEquals(new float[] {0, 0, -0.8f}, second.toArray(), 1e-6f);
        assertEquals(1, clipper.clip(), 1e-6);
        first.set(0, 1, Float.NaN);
        assertEquals(Double.NaN, clipper.clip());
    }

    @Test
    void schedulesWarmUp() {
        Schedule schedule = Schedule.cosine(10, 0).afterWarmUp(0.1, 4);
        assertEquals(0.01, schedule.rate(0, 0.1), 1e-12);
        assertEquals(0.1, schedule.rate(4, 0.1), 1e-12);
        assertEquals(0.05, schedule.rate(9, 0.1), 1e-12);
        assertEquals(0, schedule.rate(14, 0.1), 1e-12);
        assertEquals(0.3, Schedule.constant().rate(7, 0.3));
    }

    @Test
    void saysWhatIsWrong() {
        assertInvalid("rate is NaN, expected more than 0 and at most 1000.0", () -> new Adam(Double.NaN));
        assertInvalid(
                "nesterov has momentum 0.0 and dampening 0.0, expected momentum above 0 and no dampening",
                () -> new Sgd(0.1).withNesterov(true));
        assertIllegalState(
                "no step has begun",
                () -> TrainingParts.bind(new Sgd(0.1), gradient(0))
                        .update(gradient(1).segment(), 0, 1));
        assertInvalid("most is -1.0, expected at least 0", () -> new Clipping(Clipping.How.NORM, -1));
        assertInvalid("size is 0, expected at least 1", () -> Schedule.step(0, 0.1));
        assertInvalid(
                "steps is -1, expected at least 0",
                () -> TrainingParts.bind(new Adam(0.1), gradient(0)).setSteps(-1));
    }
}
