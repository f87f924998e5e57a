package dev.spikelane.equation;

import dev.spikelane.loop.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Random texts of neurons with all operations and functions. */
public final class RandomEquations {

    static final List<Op> OPERATIONS = Arrays.stream(Op.values())
            .filter(op -> op != Op.POWER2 && op != Op.EXPONENT && op != Op.SCALE && op != Op.FLAG) // not in texts
            .toList();

    /** Functions of two numbers that are not operations. */
    private static final List<String> CHOICES = ExpressionParser.FUNCTIONS.stream()
            .filter(name -> OPERATIONS.stream().noneMatch(op -> name(op).equals(name)))
            .sorted()
            .toList();

    private final Random random;
    /** True if steps have derivatives almost everywhere, and numbers stay small. */
    private final boolean smooth;

    private final List<String> parameters = new ArrayList<>(List.of("p", "q", "dt"));
    /** States, assigned names, and the spike once it is declared. */
    private final List<String> variables = new ArrayList<>(List.of("v"));

    private final List<String> inputs = new ArrayList<>(List.of("current"));

    private RandomEquations(Random random, boolean smooth) {
        this.random = random;
        this.smooth = smooth;
    }

    public static String any(Random random) {
        return new RandomEquations(random, false).text();
    }

    /** Returns a text whose step has derivatives almost everywhere, if its spike has. */
    public static String smooth(Random random) {
        return new RandomEquations(random, true).text();
    }

    private String text() {
        boolean second = random.nextBoolean();
        StringBuilder text = new StringBuilder("neuron Random\nparam p = 0.4, q = -1.25, dt = 0.5\n");
        text.append("state v = 0.25").append(second ? ", w = p\n" : "\n").append("input current");
        if (second) {
            variables.add("w");
        }
        if (random.nextInt(3) == 0) {
            text.append(", feedback");
            inputs.add("feedback");
        }
        text.append("\n");
        if (random.nextInt(3) == 0) {
            text.append("let half = p / 2 - exp(q)\n");
            parameters.add("half");
        }
        if (random.nextInt(4) == 0) {
            text.append("refractory 2").append(random.nextBoolean() ? " holds v\n" : "\n");
        }
        text.append("t = ").append(number(3)).append("\n");
        variables.add("t");
        text.append("v = ").append(number(4)).append("\n");
        if (second) {
            switch (random.nextInt(4)) {
                case 0 -> text.append("dw/dt = (p * current - w) / 2 : exact\n");
                case 1 -> text.append("dv/dt = (w - v) / 2 : exact\ndw/dt = p * current - w : exact\n");
                case 2 -> text.append("dw/dt = ").append(number(2)).append(" - w / p : euler\n");
                default -> text.append("w = ").append(number(3)).append("\n");
            }
        }
        text.append("spike ").append(random.nextInt(3) == 0 ? condition(2) + " and " : "");
        text.append("v > ").append(random.nextBoolean() ? "0.3" : number(1)).append("\n");
        variables.add("spike");
        if (random.nextBoolean()) {
            text.append("reset v = ").append(number(1)).append("\n");
        } else if (random.nextBoolean()) {
            text.append("v = v - spike * ").append(number(1)).append("\n");
        }
        if (second && random.nextBoolean()) {
            text.append("reset w = ")
                    .append(random.nextBoolean() ? "w + p" : number(2))
                    .append("\n");
        }
        text.append("all = ").append(String.join(" + ", names())).append("\n"); // texts of users must read all names
        return text.toString();
    }

    private String number(int depth) {
        Op op = depth == 0 ? Op.CONSTANT : one(OPERATIONS);
        int further = Math.max(0, depth - 1);
        String a = op.isLeaf() ? "" : number(further);
        String b = op.isLeaf() ? "" : number(random.nextInt(depth));
        return switch (op) {
            case CONSTANT -> random.nextInt(3) > 0 ? one(names()) : constant();
            case PARAMETER -> one(parameters);
            case STATE -> one(variables);
            case STEP -> one(inputs);
            case ADD -> a + " + " + b;
            case SUB -> a + " - (" + b + ")";
            case MUL -> random.nextInt(4) > 0 ? "(" + a + ") * (" + b + ")" : power(a);
            case DIV -> smooth ? "tanh(" + a + ") / (2 + (" + b + ")^2)" : "(" + a + ") / (" + b + ")";
            case FMA -> "fma(" + a + ", " + b + ", " + number(random.nextInt(depth)) + ")";
            case NEG -> "-(" + a + ")";
            case ABS, SIGMOID, TANH -> name(op) + "(" + a + ")";
            case EXP, EXPM1 -> name(op) + (smooth ? "(tanh(" + a + "))" : "(" + a + ")");
            case SQRT, LOG -> name(op) + (smooth ? "(2 + tanh(" + a + "))" : "(" + a + ")");
            case GT, GE, LT, LE, AND, OR, NOT -> "(" + condition(op, further) + ") * (" + a + ")";
            case SELECT ->
                random.nextBoolean()
                        ? "((" + condition(further) + ") ? " + a + " : " + b + ")"
                        : one(CHOICES) + "(" + a + ", " + b + ")";
            case SPIKE -> (variables.contains("spike") ? "spike" : "v") + " * (" + a + ")";
            case FLAG, POWER2, EXPONENT, SCALE -> throw new AssertionError(op);
        };
    }

    private static String name(Op op) {
        return op.name().toLowerCase(Locale.ROOT);
    }

    private List<String> names() {
        List<String> all = new ArrayList<>(parameters);
        all.addAll(variables);
        all.addAll(inputs);
        return all;
    }

    private String power(String a) {
        return (smooth ? "tanh(" + a + ")" : "(" + a + ")") + "^" + (2 + random.nextInt(5));
    }

    private String condition(int depth) {
        List<Op> conditions = OPERATIONS.stream()
                .filter(op -> op.isCondition() && (depth > 0 || !op.sign().isEmpty() && op != Op.AND && op != Op.OR))
                .toList();
        return condition(one(conditions), depth);
    }

    private String condition(Op op, int depth) {
        int further = Math.max(0, depth - 1);
        return switch (op) {
            case AND, OR -> "(" + condition(further) + " " + name(op) + " " + condition(further) + ")";
            case NOT -> "not (" + condition(further) + ")";
            default -> number(Math.min(depth, 1)) + " " + op.sign() + " " + constant();
        };
    }

    private String constant() {
        return List.of("0", "1", "0.1", "2.5", "-0.75", "1e-3").get(random.nextInt(smooth ? 4 : 6));
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
