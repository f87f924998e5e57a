package dev.spikelane.network.graph;

import dev.spikelane.connection.Plasticity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A random rule of plasticity with lines of all kinds, and declarations for them. */
final class RandomRule {

    private static final List<String> INPUTS = List.of("xa", "xb", "qa");
    private static final List<String> OUTPUTS = List.of("ya", "yb", "ua");
    private static final List<String> SYNAPSES = List.of("w", "ea", "eb");
    private static final List<String> NUMBERS = List.of("0.5", "0.25", "1.5", "up", "down", "twice", "reward");

    private final Random random;
    /** A variable of the target's neurons. */
    private final String read;

    private final StringBuilder lines = new StringBuilder();
    private int locals;

    private RandomRule(Random random, String read) {
        this.random = random;
        this.read = read;
    }

    /**
     * @param ofTarget the variables of the target's neurons
     */
    static Plasticity of(Random random, List<String> ofTarget) {
        if (random.nextInt(4) == 0) {
            return shipped(random, ofTarget);
        }
        List<String> readable =
                ofTarget.stream().filter(name -> !SYNAPSES.contains(name)).toList(); // w is the weight
        String read = readable.get(random.nextInt(readable.size()));
        return new RandomRule(random, read).draw().with("up", random.nextInt(1, 9) / 8.0);
    }

    /** Returns a rule of the library, with parameters for large changes in few steps. */
    private static Plasticity shipped(Random random, List<String> ofTarget) {
        double tau = 1 + random.nextInt(20);
        double reward = random.nextInt(-3, 4) / 8.0;
        return switch (random.nextInt(ofTarget.contains("membrane") ? 7 : 6)) {
            case 0 -> Plasticity.stdp().with(Map.of("tauPre", tau, "scale", 0.125, "weightedPre", reward));
            case 1 -> Plasticity.mstdp().with(Map.of("tauPre", tau, "reward", reward));
            case 2 -> Plasticity.mstdpet().with(Map.of("tauTrace", tau, "reward", reward, "weightedPost", reward));
            case 3 ->
                Plasticity.pairStdp()
                        .with(Map.of("tauPost", tau, "up", 0.25, "nearest", reward, "multiplicative", reward));
            case 4 -> Plasticity.tripletStdp().with(Map.of("up3", 0.25, "down", 0.125, "least", -1.0));
            case 5 -> Plasticity.inhibitoryStdp().with(Map.of("eta", 0.125, "rate", 0.01 * tau));
            default ->
                Plasticity.clopath()
                        .with(Map.of("thetaMinus", -0.25, "thetaPlus", 0.125, "peak", 2.0, "ltd", 0.25, "ltp", 0.25));
        };
    }

    private String any(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private Plasticity draw() {
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            switch (random.nextInt(5)) {
                case 0, 1 -> along("on pre", INPUTS);
                case 2, 3 -> along("on post", OUTPUTS);
                default -> each();
            }
        }
        if (!lines.toString().contains("w +=")) {
            along("on post", OUTPUTS);
            lines.append("w += up * w\n");
        }
        StringBuilder text = new StringBuilder("rule Random # ")
                .append(random.nextInt(1_000))
                .append('\n');
        text.append("param up = 0.125, down = -0.25\nmodulator reward = 0.5\nlet twice = 2 * up\n");
        if (uses(read)) {
            text.append("reads post ").append(read).append('\n');
        }
        state(text, "pre", "qa");
        state(text, "post", "ua");
        state(text, "synapse", "ea");
        state(text, "synapse", "eb");
        for (String each : List.of("pre xa", "pre xb", "post ya", "post yb")) {
            if (uses(each.split(" ")[1])) {
                text.append("trace ").append(each).append(" tau = ").append(tau());
                text.append(random.nextBoolean() ? " nearest" : "").append(random.nextBoolean() ? " behind" : "");
                text.append('\n');
            }
        }
        text.append(lines);
        if (random.nextInt(4) > 0) {
            text.append(random.nextBoolean() ? "bounds -0.75, 1\n" : "bounds -twice, 0.5 + twice\n");
        }
        unused(text, "reward", "modulator reward = 0.5\n");
        unused(text, "twice", "let twice = 2 * up\n");
        unused(text, "down", ", down = -0.25");
        if (!uses(text.toString().replace("param up", ""), "up")) {
            text.append("on pre\nw += up\n");
        }
        return Plasticity.of(text.toString());
    }

    private static void unused(StringBuilder text, String name, String declared) {
        int at = text.indexOf(declared);
        String rest = text.substring(0, at) + text.substring(at + declared.length());
        if (!uses(rest, name)) {
            text.delete(at, at + declared.length());
        }
    }

    private static boolean uses(String text, String name) {
        return text.matches("(?s).*\\b" + name + "\\b.*");
    }

    private boolean uses(String name) {
        return uses(lines.toString(), name);
    }

    private void state(StringBuilder text, String space, String name) {
        if (uses(name)) {
            text.append("state ").append(space).append(' ').append(name);
            text.append(random.nextBoolean() ? "\n" : " = " + any(List.of("0.5", "up / 2", "-reward")) + "\n");
        }
    }

    private String tau() {
        return any(List.of("0.5", "3", "20 * up", "5 + reward * reward"));
    }

    /** Adds lines after 'on', perhaps with a condition. */
    private void along(String on, List<String> own) {
        lines.append(on);
        if (random.nextInt(3) == 0) {
            lines.append(' ').append(condition(own));
        }
        lines.append('\n');
        List<String> all = new ArrayList<>(INPUTS);
        all.addAll(OUTPUTS);
        all.addAll(SYNAPSES);
        all.add(read);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            if (random.nextInt(4) == 0) {
                String local = "part" + locals++;
                lines.append(local).append(" = ").append(number(all, 2)).append('\n');
                all.add(local);
            }
            String to = random.nextInt(3) > 0 ? "w" : any(SYNAPSES);
            lines.append(to).append(" += 0.125 * ").append(number(all, 1)).append('\n');
        }
    }

    /** Adds lines of inputs, outputs and synapses for each step. */
    private void each() {
        lines.append("each step\n");
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> lines.append("qa = pre ? ").append(number(INPUTS, 1)).append(" : 0.5 * qa\n");
                case 1 ->
                    lines.append("ua = 0.25 * (").append(number(OUTPUTS, 1)).append(") + post\n");
                case 2 ->
                    lines.append("ea = 0.5 * ea + 0.25 * ")
                            .append(number(SYNAPSES, 1))
                            .append('\n');
                default ->
                    lines.append("w = w + 0.0625 * ")
                            .append(number(SYNAPSES, 1))
                            .append('\n');
            }
        }
    }

    private String condition(List<String> own) {
        String first = any(own) + any(List.of(" > ", " < ", " >= ", " <= ")) + any(NUMBERS);
        return random.nextBoolean() ? first : first + any(List.of(" and ", " or not ")) + any(own) + " > 0.25";
    }

    private String number(List<String> of, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return random.nextInt(4) == 0 ? any(NUMBERS) : any(of);
        }
        String a = number(of, depth - 1);
        String b = number(of, depth - 1);
        return switch (random.nextInt(7)) {
            case 0 -> "(" + a + " + " + b + ")";
            case 1 -> "(" + a + " - " + b + ")";
            case 2, 3 -> a + " * " + b;
            case 4 -> "(" + a + " > " + b + " ? " + b + " : " + a + ")";
            case 5 -> any(List.of("max(", "min(")) + a + ", " + b + ")";
            default -> "abs(" + a + ") / 1.5";
        };
    }
}
