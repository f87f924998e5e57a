package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Neurons of the zoo against their publications, and against small steps in float64. */
final class ZooTest {

    private static ZooRun run(String name, double dt) {
        return new ZooRun(name, false, dt == 0 ? Map.of() : Map.of("dt", dt));
    }

    private static ZooRun fine(String name, double dt) {
        return new ZooRun(name, true, Map.of("dt", dt));
    }

    private static List<Integer> intervals(List<Integer> spikes) {
        return IntStream.range(1, spikes.size())
                .map(i -> spikes.get(i) - spikes.get(i - 1))
                .boxed()
                .toList();
    }

    @Test
    void allAreNeuronsOfNetworks() {
        for (String name : Zoo.NAMES) {
            EquationNeuron neuron = EquationNeuron.of(Zoo.text(name));
            assertEquals("membrane", neuron.variables().getFirst(), name);
        }
    }

    /** NEST's test_iaf_i0: 1,000 pA from the first step on. */
    @Test
    void exactNeuronsHaveNestsVoltages() {
        double[] nest = {-69.602, -69.2079, -68.8178, -68.4316};
        for (String name : List.of("iaf-psc-exp", "iaf-psc-alpha")) {
            ZooRun run = new ZooRun(name, false, Map.of("bias", 1_000.0)).run(100, _ -> 0);
            for (int i = 0; i < nest.length; i++) {
                assertEquals(nest[i], run.at("v", i + 1), 6e-5, name);
            }
            assertEquals(-55.0001, run.at("v", 47), 6e-5, name);
            assertEquals(48, run.spikes.getFirst(), name);
            assertEquals(-70, run.at("v", 68), 0, name + " is refractory for 2 ms");
            assertEquals(nest[0], run.at("v", 69), 6e-5, name);
        }
    }

    /** Closed forms of a postsynaptic current and potential, for a weight of 100 pA at the first step. */
    @Test
    void exactNeuronsHaveTheClosedFormOfPotentials() {
        ZooRun exp = run("iaf-psc-exp", 0).run(200, step -> step == 1 ? 100 : 0, step -> step == 1 ? -30 : 0);
        ZooRun alpha = run("iaf-psc-alpha", 0).run(200, step -> step == 1 ? 100 : 0, step -> step == 1 ? -30 : 0);
        double rate = 1 / 2.0 - 1 / 10.0;
        for (int step = 2; step <= 200; step++) {
            double t = (step - 1) * 0.1;
            double slow = Math.exp(-t / 10);
            double fast = Math.exp(-t / 2);
            assertEquals(-70 + 70 / 250.0 * (slow - fast) / rate, exp.at("v", step), 3e-4);
            assertEquals(100 * Math.E * t / 2 * fast, alpha.at("ex", step), 3e-4);
            double ofAlpha = Math.E / 2 * 70 / 250 * ((slow - fast) / (rate * rate) - t * fast / rate);
            assertEquals(-70 + ofAlpha, alpha.at("v", step), 3e-4);
        }
        assertEquals(100, alpha.at("ex", 21), 3e-4, "the weight is the height at tau");
    }

    /** Figure 2 of the paper: a constant current of 10. */
    @Test
    void izhikevichFiresAsPublished() {
        ZooRun regular = run("izhikevich", 0).run(500, _ -> 10);
        List<Integer> slows = intervals(regular.spikes);
        assertTrue(slows.getFirst() < slows.getLast(), "adapts: " + slows);
        ZooRun bursting = new ZooRun("izhikevich", false, Map.of("c", -55.0, "d", 4.0)).run(500, _ -> 10);
        List<Integer> first = intervals(bursting.spikes);
        assertTrue(first.getFirst() <= 6 && first.getLast() > 15, "a burst, then single spikes: " + first);
        ZooRun chattering = new ZooRun("izhikevich", false, Map.of("c", -50.0, "d", 2.0)).run(500, _ -> 10);
        List<Integer> bursts = intervals(chattering.spikes);
        assertTrue(bursts.stream().filter(each -> each <= 5).count() > 10, "spikes of a burst: " + bursts);
        assertTrue(bursts.stream().filter(each -> each >= 15).count() >= 4, "bursts at 20 to 60 Hz: " + bursts);
        List<Integer> wide = new ZooRun("izhikevich", true, Map.of()).run(500, _ -> 10).spikes;
        assertEquals(wide.subList(0, 6), regular.spikes.subList(0, 6), "before roundings have grown");
        assertEquals(finelyIzhikevich(-65, 8).size(), regular.spikes.size(), 2, "half a millisecond is a long step");
        assertEquals(finelyIzhikevich(-55, 4).size(), bursting.spikes.size(), 4);
        List<Double> fine = finelyIzhikevich(-50, 2);
        double pause = IntStream.range(1, fine.size())
                .mapToDouble(i -> fine.get(i) - fine.get(i - 1))
                .max()
                .orElseThrow();
        assertEquals(pause, bursts.stream().mapToInt(each -> each).max().orElseThrow(), 1, "ms between bursts");
    }

    /** Returns the times of spikes in ms in half a second at a current of 10, in steps of a microsecond. */
    private static List<Double> finelyIzhikevich(double low, double jump) {
        double v = -65;
        double u = -13;
        List<Double> spikes = new ArrayList<>();
        for (int i = 0; i < 500_000; i++) {
            double dv = 0.04 * v * v + 5 * v + 140 - u + 10;
            u += 1e-3 * 0.02 * (0.2 * v - u);
            v += 1e-3 * dv;
            if (v >= 30) {
                v = low;
                u += jump;
                spikes.add(i / 1e3);
            }
        }
        return spikes;
    }

    /** The current at which rest disappears: (gL + a) (VT - EL - D + D ln(1 + a / gL)), Naud and others, 2008. */
    @Test
    void adaptiveExponentialHasItsRheobase() {
        double rheobase = 34 * (-50.4 + 70.6 - 2 + 2 * Math.log(1 + 4 / 30.0));
        assertEquals(0, late(run("adaptive-exponential", 0).run(20_000, step -> ramp(step, 0.98 * rheobase))));
        assertTrue(late(run("adaptive-exponential", 0).run(20_000, step -> ramp(step, 1.03 * rheobase))) > 0);
        ZooRun coarse = run("adaptive-exponential", 0).run(4_000, _ -> 800);
        ZooRun fine = fine("adaptive-exponential", 0.001).run(200_000, _ -> 800);
        assertEquals(fine.spikes.size(), coarse.spikes.size());
        for (int i = 0; i < fine.spikes.size(); i++) {
            double expected = fine.spikes.get(i) * 0.001;
            assertEquals(expected, coarse.spikes.get(i) * 0.05, 0.2 + 0.01 * expected, "ms of spike " + i);
        }
    }

    private static double ramp(int step, double top) {
        return top * Math.min(1, step / 10_000.0);
    }

    private static long late(ZooRun run) {
        return run.spikes.stream().filter(step -> step > 12_000).count();
    }

    @Test
    void conductancesConverge() {
        ZooRun coarse =
                run("conductance-lif", 0).run(1_000, step -> step % 150 == 1 ? 0.6 : 0, step -> step == 400 ? 2 : 0);
        ZooRun fine = fine("conductance-lif", 0.001)
                .run(100_000, step -> step % 15_000 == 1 ? 0.6 : 0, step -> step == 39_901 ? 2 : 0);
        for (int step = 10; step <= 1_000; step += 10) {
            assertEquals(fine.at("v", step * 100 - 99), coarse.at("v", step), 0.1, "mV at step " + step);
        }
        ZooRun held = new ZooRun("conductance-lif", false, Map.of("ge", 1.0, "taue", 1e9)).run(5_000, _ -> 0);
        assertEquals(0.1 * held.spikes.getFirst(), -10 * Math.log(1 - 10 / 30.0), 0.11, "ms to the threshold");
        assertEquals(50 + held.spikes.getFirst(), intervals(held.spikes).getFirst(), "refractory for 5 ms");
    }

    /** A postsynaptic potential, the first spike and the interval. */
    @Test
    void currentsOfCubaHaveTheirClosedForm() {
        ZooRun run = run("cuba-lif", 0).run(300, step -> step == 1 ? 2 : 0, step -> step == 1 ? -9 : 0);
        for (int step = 2; step <= 300; step++) {
            double t = (step - 1) * 0.1;
            double slow = Math.exp(-t / 20);
            double excited = 2 * (slow - Math.exp(-t / 5)) / (20 * (1 / 5.0 - 1 / 20.0));
            double inhibited = -9 * (slow - Math.exp(-t / 10)) / (20 * (1 / 10.0 - 1 / 20.0));
            assertEquals(-49 - 11 * Math.exp(-0.1 * step / 20) + excited + inhibited, run.at("v", step), 3e-4);
        }
        List<Integer> spikes = run("cuba-lif", 0).run(1_500, _ -> 0).spikes;
        int first = (int) Math.ceil(10 * 20 * Math.log(11));
        assertEquals(List.of(first, 2 * first + 50), spikes.subList(0, 2));
    }

    @Test
    void jumpsMoveThePotentialAtOnce() {
        ZooRun run = run("delta-lif", 0).run(100, step -> step == 3 ? 8 : step == 50 ? 15 : step == 60 ? 4 : 0);
        for (int step = 3; step < 50; step++) {
            assertEquals(8 * Math.exp(-0.1 * (step - 3) / 20), run.at("v", step), 1e-5);
        }
        assertEquals(List.of(50), run.spikes);
        assertEquals(10, run.at("v", 70), 0, "what comes in the refractory period is lost");
        assertEquals(10 * Math.exp(-0.1 / 20), run.at("v", 71), 1e-5);
    }

    /** It fires without input, as in the benchmark; with conductances as in steps of a microsecond. */
    @Test
    void traubsNeuronConverges() {
        List<Integer> alone = run("hodgkin-huxley-traub", 0).run(3_000, _ -> 0).spikes;
        assertEquals(13.4, 1e4 / intervals(alone).getLast(), 0.1, "Hz");
        ZooRun held = new ZooRun("hodgkin-huxley-traub", false, Map.of("bias", -30.0)).run(3_000, _ -> 0);
        assertTrue(held.spikes.stream().allMatch(step -> step < 300), "silent behind the start");
        ZooRun coarse = run("hodgkin-huxley-traub", 0)
                .run(2_000, step -> step % 150 == 1 ? 60 : 0, step -> step == 400 ? 67 : 0);
        ZooRun fine = fine("hodgkin-huxley-traub", 0.001)
                .run(200_000, step -> step % 15_000 == 1 ? 60 : 0, step -> step == 39_901 ? 67 : 0);
        assertConverges(coarse, 0.1, fine, 0.001, 3);
        ZooRun shorter = new ZooRun("hodgkin-huxley-traub", false, Map.of("dt", 0.02))
                .run(10_000, step -> step % 750 == 1 ? 60 : 0, step -> step == 1_996 ? 67 : 0);
        assertConverges(shorter, 0.02, fine, 0.001, 1);
    }

    private static void assertConverges(ZooRun coarse, double dt, ZooRun fine, double fineDt, double within) {
        double most = 0;
        for (int i = 0; i < Math.min(fine.spikes.size(), coarse.spikes.size()); i++) {
            most = Math.max(most, Math.abs(fine.spikes.get(i) * fineDt - coarse.spikes.get(i) * dt));
        }
        assertEquals(fine.spikes.size(), coarse.spikes.size());
        assertTrue(fine.spikes.size() > 3, "spikes");
        assertEquals(0, most, within, "ms between spikes");
    }

    /** The threshold is the sum of contributions of all spikes, and spikes do not change the potential. */
    @Test
    void movingThresholdsHaveTheirClosedForm() {
        ZooRun run =
                new ZooRun("mat2", false, Map.of("bias", 800.0)).run(5_000, step -> step == 1_000 ? 500 : 0, _ -> 0);
        assertTrue(run.spikes.size() > 4, "spikes " + run.spikes);
        for (int step = 10; step <= 5_000; step += 10) {
            double threshold = 0;
            for (int spike : run.spikes.subList(0, fired(run, step))) {
                double t = (step - spike) * 0.1;
                threshold += 37 * Math.exp(-t / 10) + 2 * Math.exp(-t / 200);
            }
            assertEquals(threshold, run.at("fast", step) + run.at("slow", step), 1e-3, "step " + step);
            double t = (step - 1_000) * 0.1;
            double potential = t < 0 ? 0 : 5 * (Math.exp(-t / 5) - Math.exp(-t)) / (1 - 1 / 5.0);
            assertEquals(-70 + 40 * -Math.expm1(-step * 0.1 / 5) + potential, run.at("v", step), 1e-3, "step " + step);
        }
        List<Integer> intervals = intervals(run.spikes);
        assertTrue(intervals.getFirst() < intervals.getLast(), intervals::toString);
        ZooRun fine = new ZooRun("mat2", true, Map.of("bias", 800.0, "dt", 0.001))
                .run(500_000, step -> step == 99_901 ? 500 : 0, _ -> 0);
        assertConverges(run, 0.1, fine, 0.001, 1);
    }

    private static int fired(ZooRun run, int end) {
        return (int) run.spikes.stream().filter(each -> each <= end).count();
    }

    @Test
    void adaptiveConductancesConverge() {
        ZooRun coarse = new ZooRun("adaptive-exponential-alpha", false, Map.of("bias", 700.0))
                .run(5_000, step -> step % 150 == 1 ? 70 : 0, step -> step % 1_000 == 1 ? 5 : 0);
        for (int step = 2; step <= 50; step++) {
            double t = (step - 1) * 0.02;
            assertEquals(70 * Math.E * t / 0.2 * Math.exp(-t / 0.2), coarse.at("gex", step), 1e-3);
        }
        ZooRun fine = new ZooRun("adaptive-exponential-alpha", true, Map.of("bias", 700.0, "dt", 0.0002))
                .run(500_000, step -> step % 15_000 == 1 ? 70 : 0, step -> step % 100_000 == 1 ? 5 : 0);
        assertConverges(coarse, 0.02, fine, 0.0002, 1);
    }

    /** Rest, and firing at 10 and at 6.5 but not at 6 microamperes, as in textbooks. */
    @Test
    void hodgkinAndHuxleyFireAsPublished() {
        ZooRun rest = run("hodgkin-huxley", 0).run(2_000, _ -> 0);
        assertEquals(-65, rest.at("v", 2_000), 0.02);
        assertEquals(0.5961, rest.at("h", 2_000), 1e-3);
        ZooRun ten = run("hodgkin-huxley", 0).run(20_000, _ -> 10);
        List<Integer> intervals = intervals(ten.spikes);
        assertEquals(68.3, 1_000 / (0.01 * intervals.getLast()), 1.5, "Hz at 10");
        assertTrue(late(run("hodgkin-huxley", 0).run(25_000, _ -> 6)) == 0);
        assertTrue(late(run("hodgkin-huxley", 0).run(25_000, _ -> 6.5)) > 0);
        ZooRun fine = fine("hodgkin-huxley", 0.001).run(20_000, _ -> 10);
        assertEquals(0.001 * fine.spikes.get(1), 0.01 * ten.spikes.get(1), 0.15, "ms of the second spike");
    }

    @Test
    void thresholdsAdaptInClosedForm() {
        ZooRun run = run("adaptive-threshold", 0).run(1_000, _ -> 3);
        List<Integer> intervals = intervals(run.spikes);
        assertTrue(intervals.getFirst() < intervals.getLast(), intervals::toString);
        assertEquals(1, run.spikes.getFirst() - (int) Math.floor(-20 * Math.log(1 - 1 / 3.0)));
        double a = 0;
        for (int step = 1; step <= 1_000; step++) {
            a = Math.exp(-1 / 200.0) * a + (run.spikes.contains(step) ? 1 - Math.exp(-1 / 200.0) : 0);
            assertEquals(a, run.at("a", step), 1e-6);
        }
    }

    /** With tau = 2 it equals SpikingJelly's LIFNode bit for bit. */
    @Test
    void theParametricNeuronIsSpikingJellys() {
        FloatMatrix currents = FloatMatrix.zeros(200, 70);
        Random random = new Random(1);
        for (int step = 0; step < 200; step++) {
            for (int i = 0; i < 70; i++) {
                currents.set(step, i, (float) random.nextGaussian() + 0.8f);
            }
        }
        Neuron.Run ours = EquationNeuron.of(Zoo.text("parametric-lif")).run(currents);
        Neuron.Run theirs = Lif.spikingJelly(2).run(currents);
        assertArrayEquals(theirs.membranes().toArray(), ours.membranes().toArray());
        for (int step = 0; step < 200; step++) {
            for (int i = 0; i < 70; i++) {
                assertEquals(theirs.spikes().get(step, i), ours.spikes().get(step, i));
            }
        }
        assertTrue(ours.spikes().count(0, 200) > 100);
    }

    /** The recurrence S = alpha S + v k, which snnTorch unrolls by cumulative products. */
    @Test
    void theAssociativeCellHasTheClosedForm() {
        ZooRun run = run("associative-leaky", 0).run(30, step -> Math.sin(step), step -> Math.cos(3 * step));
        double memory = 0;
        for (int step = 1; step <= 30; step++) {
            memory = memory / (1 + Math.exp(-Math.cos(3 * step))) + Math.sin(step);
            assertEquals(memory, run.at("memory", step), 2e-6);
            assertEquals(memory > 1, run.spikes.contains(step));
        }
    }

    /** Without input it is a power of a complex number, whose modulus the bound keeps below 1. */
    @Test
    void theResonatorRingsInClosedForm() {
        double omega = 10;
        double dt = 0.01;
        ZooRun run =
                new ZooRun("balanced-resonator", true, Map.of("threshold", 9.0)).run(300, step -> step == 1 ? 50 : 0);
        double real = 1 + dt * ((Math.sqrt(1 - dt * omega * dt * omega) - 1) / dt - 1);
        double modulus = Math.hypot(real, dt * omega);
        double angle = Math.atan2(dt * omega, real);
        assertEquals(Math.sqrt(1 - 2 * dt * Math.sqrt(1 - 0.01) + dt * dt), modulus, 1e-12);
        for (int step = 1; step <= 300; step++) {
            double size = 0.5 * Math.pow(modulus, step - 1.0);
            assertEquals(size * Math.cos(angle * (step - 1)), run.at("u", step), 1e-9);
            assertEquals(size * Math.sin(angle * (step - 1)), run.at("v", step), 1e-9);
        }
        ZooRun tuned = run("balanced-resonator", 0).run(4_000, step -> 5 * Math.sin(step * 0.1));
        ZooRun other = run("balanced-resonator", 0).run(4_000, step -> 5 * Math.sin(step * 0.3));
        assertTrue(tuned.spikes.size() > 30 && other.spikes.isEmpty(), tuned.spikes.size() + ", " + other.spikes);
        double q = 0;
        for (int step = 1; step <= 4_000; step++) {
            q = 0.9 * q + (tuned.spikes.contains(step) ? 1 : 0);
            assertEquals(q, tuned.at("q", step), 1e-6);
        }
    }

    /** Open and closed gates make known neurons. */
    @Test
    void theGatedNeuronIsTheNeuronsBetweenWhichItsGatesChoose() {
        double[] u = new double[2];
        for (int gate = -50; gate <= 50; gate += 100) {
            boolean first = gate > 0;
            Map<String, Double> gates = Map.of("a", (double) gate, "b", (double) gate, "c", (double) gate);
            ZooRun run = new ZooRun("gated-lif", true, gates).run(100, step -> 0.9 * Math.abs(Math.sin(step)));
            double now = 0;
            boolean fired = false;
            for (int step = 1; step <= 100; step++) {
                double current = 0.9 * Math.abs(Math.sin(step));
                now = first
                        ? (fired ? 0 : 0.25 * now) + 0.5 * current // leaks by a factor, is reset to 0
                        : now - 0.1 + current - (fired ? 0.5 : 0); // leaks by a number, is reset by subtraction
                assertEquals(now, run.at("u", step), 1e-9, first + " at " + step);
                fired = now > 0.5;
                assertEquals(fired, run.spikes.contains(step));
            }
            u[first ? 0 : 1] = run.spikes.size();
        }
        assertTrue(u[0] < u[1]);
    }

    @Test
    void theSlidingNeuronIsAConvolution() {
        ZooRun run = new ZooRun("sliding-psn", true, Map.of()).run(60, step -> Math.sin(step * 0.9));
        double[] weights = {1, 0.5, 0.25, 0.125};
        for (int step = 1; step <= 60; step++) {
            double sum = 0;
            for (int back = 0; back < Math.min(step, 4); back++) {
                sum += weights[back] * Math.sin((step - back) * 0.9);
            }
            assertEquals(sum, run.at("h", step), 1e-12);
            assertEquals(sum >= 1, run.spikes.contains(step));
        }
        assertTrue(run.spikes.size() > 5);
    }
}
