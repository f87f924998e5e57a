package dev.spikelane.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.equation.ZooWork;
import dev.spikelane.io.EventWork;
import dev.spikelane.kernel.encode.BernoulliSpikesWork;
import dev.spikelane.kernel.encode.CodingWork;
import dev.spikelane.kernel.encode.SpikeCountWork;
import dev.spikelane.kernel.product.dense.DenseMatmulWork;
import dev.spikelane.kernel.product.spike.SpikeMatmulWork;
import dev.spikelane.kernel.product.window.WindowWork;
import dev.spikelane.kernel.step.NeuronWork;
import dev.spikelane.kernel.step.leaky.LeakyStepWork;
import dev.spikelane.kernel.step.leaky.NeuronBackwardWork;
import dev.spikelane.network.AttentionWork;
import dev.spikelane.network.CellWork;
import dev.spikelane.network.NetworkWork;
import dev.spikelane.network.Tutorial6Work;
import dev.spikelane.train.LossWork;
import dev.spikelane.train.OptimizerWork;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkloadsTest {

    @Test
    void allHasEachNameOnceAndNoCommaForJmh() {
        List<String> names = Workloads.all().stream().map(Work::name).toList();

        assertEquals(names.size(), new HashSet<>(names).size());
        assertTrue(names.stream().noneMatch(name -> name.contains(",")));
    }

    @Test
    void allHasTheOthersAndWhatTargetsName() {
        HashSet<String> names =
                new HashSet<>(Workloads.all().stream().map(Work::name).toList());

        assertTrue(names.containsAll(Workloads.quick().stream().map(Work::name).toList()));
        assertTrue(
                names.containsAll(Workloads.overBatch().stream().map(Work::name).toList()));
        assertTrue(names.containsAll(
                Workloads.overNeurons().stream().map(Work::name).toList()));
        assertTrue(names.containsAll(
                Workloads.overSpikes().stream().map(Work::name).toList()));
        assertTrue(names.containsAll(Targets.works()));
    }

    static Stream<Work> small() {
        return Stream.of(
                new EventWork(EventWork.Format.BIN),
                new EventWork(EventWork.Format.EVT3),
                new SpikeMatmulWork(70, 130, 9, 0.5, 1),
                new SpikeMatmulWork(70, 130, 30, 0.5, 2),
                new SpikeMatmulWork(70, 130, 9, 0.02, 1, SpikeMatmulWork.Variant.WIDE),
                new SpikeMatmulWork(70, 130, 9, 0.02, 1, SpikeMatmulWork.Variant.NARROW),
                new SpikeMatmulWork(1100, 70, 9, 0.1, 1, SpikeMatmulWork.Variant.LISTS),
                new SpikeMatmulWork(70, 130, 9, 0.9, 1, SpikeMatmulWork.Variant.ACTIVE),
                new WindowWork(8, 64, 3, 1, 5, 0.3),
                new WindowWork(4, 128, 5, 0, 7, 0.5),
                new DenseMatmulWork(9, 70, 130, 1, DenseMatmulWork.Form.SECOND_TRANSPOSED),
                new DenseMatmulWork(9, 70, 130, 2, DenseMatmulWork.Form.SECOND_TRANSPOSED),
                new DenseMatmulWork(9, 70, 130, 2, DenseMatmulWork.Form.PACKED),
                new DenseMatmulWork(9, 70, 130, 2, DenseMatmulWork.Form.NEITHER_TRANSPOSED),
                new DenseMatmulWork(9, 70, 130, 2, DenseMatmulWork.Form.FIRST_TRANSPOSED),
                new LeakyStepWork(LeakyStepWork.Mode.SUBTRACT, 70, 3, 9),
                new LeakyStepWork(LeakyStepWork.Mode.INHIBITION, 70, 3, 9),
                new BernoulliSpikesWork(70, 3, 9),
                new SpikeCountWork(70, 3, 9, 0.5),
                new NeuronWork(NeuronWork.Model.ALPHA),
                new ZooWork("izhikevich"),
                new ZooWork("iaf-psc-alpha"),
                new NeuronWork(NeuronWork.Model.SLSTM),
                new NeuronWork(NeuronWork.Model.STATE_LEAKY_TRUNCATED),
                new NeuronBackwardWork(),
                new OptimizerWork(9, 70),
                new LossWork(5, 7),
                new CodingWork(CodingWork.Kind.LATENCY_TIMES, 70, 3, 9),
                new CodingWork(CodingWork.Kind.LATENCY_SPIKES, 70, 3, 9),
                new CodingWork(CodingWork.Kind.DELTA_SPIKES, 70, 3, 9),
                new CodingWork(CodingWork.Kind.DELTA_SIGNED, 70, 3, 9),
                new AttentionWork(9, 2, 2),
                new CellWork(CellWork.Kind.SLSTM, 9),
                new CellWork(CellWork.Kind.RLEAKY_ALL_TO_ALL, 9),
                new CellWork(CellWork.Kind.RLEAKY_ONE_TO_ONE, 9),
                new NetworkWork(2, 5, 0.5, 1),
                new NetworkWork(2, 5, 0.1, 2),
                new NetworkWork(2, 5, 0.1, 1, true),
                new Tutorial6Work(2, 0, 1),
                new Tutorial6Work(3, 0.3, 2));
    }

    @ParameterizedTest
    @MethodSource("small")
    void contestantsAgree(Work work) {
        try (Case open = work.open()) {
            assertEquals(Contestant.JAVA, open.entries().getFirst().contestant());
            open.verify();
        }
    }

    @Test
    void aRaceTimesAllWhoTakePart() {
        Work work = new SpikeCountWork(70, 3, 9, 0.5);
        try (Case open = work.open()) {
            Measurement measurement = Race.run(work, open);

            assertEquals(work.name(), measurement.work());
            assertTrue(measurement.java() > 0);
            assertTrue(measurement.ratio(Contestant.SCALAR).isPresent());
            assertFalse(measurement.ratio(Contestant.PYTORCH).isPresent());
        }
    }
}
