package dev.spikelane.network.naive;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses expressions of a rule's text. Operations round to float32 or, for parameters alone, use float64; conditions
 * are 1 or 0.
 */
final class NaiveExpression {

    /** An expression for values by their places. */
    @FunctionalInterface
    interface Value {
        double of(double[] names);
    }

    private static final Pattern TOKEN =
            Pattern.compile("\\s*(\\d[\\d.]*(?:e-?\\d+)?|\\w+|[<>]=?|[-+*/?:(),])", Pattern.CASE_INSENSITIVE);

    private final List<String> tokens = new ArrayList<>();
    private final boolean single;
    private final Map<String, Integer> places;
    private int next;

    private NaiveExpression(String text, boolean single, Map<String, Integer> places) {
        this.single = single;
        this.places = places;
        Matcher matcher = TOKEN.matcher(text);
        int end = 0;
        while (matcher.lookingAt()) {
            tokens.add(matcher.group(1));
            end = matcher.end();
            matcher.region(end, text.length());
        }
        if (!text.substring(end).isBlank()) {
            throw new AssertionError("no expression: " + text);
        }
        tokens.add("end");
    }

    /**
     * @param single true to round operations to float32
     */
    static Value of(String text, boolean single, Map<String, Integer> places) {
        NaiveExpression reader = new NaiveExpression(text, single, places);
        Value made = reader.choice();
        if (!reader.takes("end")) {
            throw new AssertionError("no expression: " + text + ", at " + reader.tokens.get(reader.next));
        }
        return made;
    }

    private boolean takes(String token) {
        boolean found = tokens.get(next).equals(token);
        next += found ? 1 : 0;
        return found;
    }

    private Value choice() {
        Value condition = disjunction();
        if (!takes("?")) {
            return condition;
        }
        Value yes = choice();
        takes(":");
        Value no = choice();
        return names -> condition.of(names) != 0 ? yes.of(names) : no.of(names);
    }

    private Value disjunction() {
        Value made = conjunction();
        while (takes("or")) {
            made = joined(made, conjunction(), (a, b) -> a != 0 || b != 0 ? 1 : 0);
        }
        return made;
    }

    private Value conjunction() {
        Value made = negation();
        while (takes("and")) {
            made = joined(made, negation(), (a, b) -> a != 0 && b != 0 ? 1 : 0);
        }
        return made;
    }

    private Value negation() {
        if (takes("not")) {
            Value of = negation();
            return names -> of.of(names) == 0 ? 1 : 0;
        }
        Value made = sum();
        return takes("<")
                ? joined(made, sum(), (a, b) -> a < b ? 1 : 0)
                : takes("<=")
                        ? joined(made, sum(), (a, b) -> a <= b ? 1 : 0)
                        : takes(">")
                                ? joined(made, sum(), (a, b) -> a > b ? 1 : 0)
                                : takes(">=") ? joined(made, sum(), (a, b) -> a >= b ? 1 : 0) : made;
    }

    private Value sum() {
        return chain("+", (a, b) -> a + b, "-", (a, b) -> a - b, this::product);
    }

    private Value product() {
        return chain("*", (a, b) -> a * b, "/", (a, b) -> a / b, this::signed);
    }

    private Value chain(
            String one, DoubleBinaryOperator first, String other, DoubleBinaryOperator second, Supplier<Value> part) {
        Value made = part.get();
        while (true) {
            DoubleBinaryOperator by = takes(one) ? first : takes(other) ? second : null;
            if (by == null) {
                return made;
            }
            made = joined(made, part.get(), by);
        }
    }

    /** Float64 rounds sums, products and quotients of floats correctly. */
    private Value joined(Value a, Value b, DoubleBinaryOperator by) {
        return single
                ? names -> (float) by.applyAsDouble(a.of(names), b.of(names))
                : names -> by.applyAsDouble(a.of(names), b.of(names));
    }

    private Value signed() {
        if (takes("-")) {
            Value of = signed();
            return names -> -of.of(names);
        }
        String token = tokens.get(next++);
        return switch (token) {
            case "(" -> closed(choice());
            case "abs" -> function(a -> Math.abs(a[0]));
            case "max" -> function(a -> a[0] > a[1] ? a[0] : a[1]);
            case "min" -> function(a -> a[0] < a[1] ? a[0] : a[1]);
            case "exp" -> function(a -> StrictMath.exp(a[0]));
            default -> Character.isDigit(token.charAt(0)) ? number(token) : named(token);
        };
    }

    private Value number(String token) {
        double value = single ? Float.parseFloat(token) : Double.parseDouble(token);
        return _ -> value;
    }

    private Value named(String token) {
        Integer place = places.get(token);
        if (place == null) {
            throw new AssertionError("there is no " + token);
        }
        return names -> names[place];
    }

    private Value closed(Value inside) {
        if (!takes(")")) {
            throw new AssertionError("open at " + tokens.get(next) + " of " + tokens);
        }
        return inside;
    }

    private Value function(Value of) {
        takes("(");
        Value first = choice();
        Value second = takes(",") ? choice() : first;
        return closed(names -> of.of(new double[] {first.of(names), second.of(names)}));
    }
}
