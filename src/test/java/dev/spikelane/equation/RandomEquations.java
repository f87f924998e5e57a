package dev.spikelane.equation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Texts of neurons at random: all operations and functions, of bounded depth. */
public final class RandomEquations {

    private static final List<String> FUNCTIONS = List.of("abs", "exp", "expm1", "log", "sigmoid", "sqrt", "tanh");

    private final Random random;
    /** Whether all that is written has derivatives, and numbers stay small. */
    private final boolean smooth;

    private final List<String> names = new ArrayList<>(List.of("p", "q", "dt", "current", "v"));

    private RandomEquations(Random random, boolean smooth) {
        this.random = random;
        this.smooth = smooth;
    }

    /** Any text. */
    public static String any(Random random) {
        return new RandomEquations(random, false).text();
    }

    /** One whose step has derivatives, but for the spike. */
    public static String smooth(Random random) {
        return new RandomEquations(random, true).text();
    }

    private String text() {
        boolean second = random.nextBoolean();
        StringBuilder text = new StringBuilder("neuron Random\nparam p = 0.4, q = -1.25, dt = 0.5\n");
        text.append("state v = 0.25").append(second ? ", w = p\n" : "\n").append("input current");
        if (second) {
            names.add("w");
        }
        if (random.nextInt(3) == 0) {
            text.append(", feedback");
            names.add("feedback");
        }
        text.append("\n");
        if (random.nextInt(3) == 0) {
            text.append("let half = p / 2 - exp(q)\n");
            names.add("half");
        }
        if (!smooth && random.nextInt(4) == 0) {
            text.append("refractory 2").append(random.nextBoolean() ? " holds v\n" : "\n");
        }
        text.append("t = ").append(number(3)).append("\n");
        names.add("t");
        text.append("v = ").append(number(4)).append("\n");
        if (second) {
            switch (random.nextInt(4)) {
                case 0 -> text.append("dw/dt = (p * current - w) / 2 : exact\n");
                case 1 -> text.append("dv/dt = (w - v) / 2 : exact\ndw/dt = p * current - w : exact\n");
                case 2 -> text.append("dw/dt = ").append(number(2)).append(" - w / p : euler\n");
                default -> text.append("w = ").append(number(3)).append("\n");
            }
        }
        text.append("spike ").append(!smooth && random.nextInt(3) == 0 ? condition(2) + " and " : "");
        text.append("v > ").append(random.nextBoolean() ? "0.3" : number(1)).append("\n");
        if (random.nextBoolean()) {
            text.append("reset v = ").append(number(1)).append("\n");
        } else if (random.nextBoolean()) {
            text.append("v = v - spike * ").append(number(1)).append("\n");
        }
        if (second && random.nextBoolean()) {
            text.append("reset w = w + p\n");
        }
        return text.toString();
    }

    private String number(int depth) {
        if (depth == 0) {
            return random.nextInt(3) > 0 ? names.get(random.nextInt(names.size())) : constant();
        }
        String a = number(depth - 1);
        String b = number(random.nextInt(depth));
        return switch (random.nextInt(smooth ? 9 : 13)) {
            case 0 -> a + " + " + b;
            case 1 -> a + " - (" + b + ")";
            case 2 -> "(" + a + ") * (" + b + ")";
            case 3 -> smooth ? "tanh(" + a + ") / (2 + (" + b + ")^2)" : "(" + a + ") / (" + b + ")";
            case 4 -> "-(" + a + ")";
            case 5 -> "sigmoid(" + a + ") * (" + b + ")";
            case 6 -> "tanh(" + a + ")";
            case 7 -> smooth ? "exp(-sigmoid(" + a + "))" : function(a);
            case 8 ->
                smooth ? "log(1 + sigmoid(" + a + ")) * sqrt(2 + tanh(" + b + "))" : "fma(" + a + ", " + b + ", v)";
            case 9 -> (random.nextBoolean() ? "max(" : "min(") + a + ", " + b + ")";
            case 10 -> "((" + condition(depth - 1) + ") ? " + a + " : " + b + ")";
            case 11 -> "(" + a + ")^" + (2 + random.nextInt(5));
            default -> "(" + condition(depth - 1) + ") * (" + a + ")";
        };
    }

    private String function(String a) {
        return FUNCTIONS.get(random.nextInt(FUNCTIONS.size())) + "(" + a + ")";
    }

    private String condition(int depth) {
        String a = number(Math.min(depth, 1));
        String compared = a + List.of(" > ", " >= ", " < ", " <= ").get(random.nextInt(4)) + constant();
        return depth == 0
                ? compared
                : switch (random.nextInt(4)) {
                    case 0 -> "not (" + condition(depth - 1) + ")";
                    case 1 -> compared + " and " + condition(depth - 1);
                    case 2 -> "(" + compared + " or " + condition(depth - 1) + ")";
                    default -> compared;
                };
    }

    private String constant() {
        return List.of("0", "1", "0.1", "2.5", "-0.75", "1e-3").get(random.nextInt(smooth ? 4 : 6));
    }
}
