package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickle that {@code torch.save} writes for tensors in dictionaries: 25 opcodes of protocol 2, and five for
 * lists, floats and {@code None} in checkpoints. A call can only create one of the three things in {@link PickleNames}.
 * Stack, memo, texts, lists and dictionaries are no larger than the bytes that create them.
 */
final class PickleReader {

    private static final int MOST_STACK = 1 << 16;
    /** Also limits the joined name of a tensor. */
    private static final int MOST_TEXT_BYTES = 1 << 10;

    private static final int MOST_DEPTH = 16;
    private static final int MOST_VISITS = 1 << 20;
    private static final int MOST_TENSORS = 1 << 14;
    private static final int PROTOCOL = 2;

    private static final Object MARK = new Object();

    enum Nothing {
        NONE
    }

    record Dictionary(Map<String, Object> members) {}

    record Parts(List<Object> items) {}

    record Items(List<Object> items) {}

    record Storage(PickleNames type, String key, long count) {}

    /** Offset, shape and strides of a tensor in a storage, in items. */
    record Stored(Storage storage, long offset, List<Integer> shape, List<Long> strides) {}

    private final String name;
    private final ByteBuffer program;
    private final List<Object> stack = new ArrayList<>();
    private final List<Object> memo = new ArrayList<>();
    private int visits;

    private PickleReader(String name, byte[] program) {
        this.name = name;
        this.program = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Returns the tensors by name. The name of a nested tensor joins all keys and indexes by dots.
     *
     * @param others receives the names of other values, such as a checkpoint's epoch
     */
    static Map<String, Stored> read(String name, byte[] program, List<String> others) throws IOException {
        PickleReader reader = new PickleReader(name, program);
        if (!(reader.run() instanceof Dictionary all)) {
            throw reader.wrong("holds no dictionary, expected one of tensors; in Python write them with"
                    + " torch.save(model.state_dict(), file)");
        }
        Map<String, Stored> tensors = new LinkedHashMap<>();
        reader.collect("", all, 0, tensors, others);
        if (tensors.isEmpty() && !others.isEmpty()) {
            throw reader.wrong("holds no tensor, but " + some(others) + ", expected tensors in dictionaries");
        }
        return tensors;
    }

    static String some(List<String> names) {
        return JsonValue.quoted(names.getFirst()) + (names.size() == 1 ? "" : " and " + (names.size() - 1) + " more");
    }

    private void collect(String prefix, Object value, int depth, Map<String, Stored> into, List<String> others)
            throws IOException {
        visits++;
        if (prefix.length() > MOST_TEXT_BYTES) {
            throw wrong("holds a name of " + prefix.length() + " characters, expected at most " + MOST_TEXT_BYTES);
        }
        if (depth > MOST_DEPTH) {
            throw wrong("holds dictionaries more than " + MOST_DEPTH + " deep in each other, expected at most that");
        }
        if (visits > MOST_VISITS || into.size() > MOST_TENSORS) {
            throw wrong("holds more than " + MOST_TENSORS + " tensors, expected at most that many");
        }
        switch (value) {
            case Stored tensor -> {
                if (into.put(prefix, tensor) != null) {
                    throw wrong("holds two tensors of the name " + JsonValue.quoted(prefix) + ", expected one");
                }
            }
            case Dictionary dictionary -> {
                for (Map.Entry<String, Object> each : dictionary.members.entrySet()) {
                    collect(joined(prefix, each.getKey()), each.getValue(), depth + 1, into, others);
                }
            }
            case Items(List<Object> items) -> {
                for (int i = 0; i < items.size(); i++) {
                    collect(joined(prefix, Integer.toString(i)), items.get(i), depth + 1, into, others);
                }
            }
            case Parts(List<Object> items) -> collect(prefix, new Items(items), depth, into, others);
            case String _, Long _, Double _, Boolean _, Nothing _ -> others.add(prefix);
            default ->
                throw wrong("holds " + PickleNames.declared(value) + " under " + JsonValue.quoted(prefix)
                        + ", expected tensors and plain values");
        }
    }

    private static String joined(String prefix, String name) {
        return prefix.isEmpty() ? name : prefix + "." + name;
    }

    private Object run() throws IOException {
        if (program.remaining() < 2 || next() != 0x80 || next() != PROTOCOL) {
            throw wrong("its pickle does not start with protocol 2, expected that of torch.save");
        }
        while (true) {
            int at = program.position();
            int opcode = next();
            if (opcode == '.') {
                break;
            }
            step(opcode, at);
            if (stack.size() > MOST_STACK) {
                throw wrong("its pickle keeps more than " + MOST_STACK + " values at once, expected at most that many");
            }
        }
        if (stack.size() != 1 || program.hasRemaining()) {
            throw wrong("its pickle ends with " + stack.size() + " values and " + program.remaining()
                    + " bytes, expected one value and none");
        }
        return stack.getFirst();
    }

    private void step(int opcode, int at) throws IOException {
        switch (opcode) {
            case '}' -> push(new Dictionary(new LinkedHashMap<>()));
            case ')' -> push(new Parts(List.of()));
            case '(' -> push(MARK);
            case ']' -> push(new Items(new ArrayList<>()));
            case 'a' -> append(last(1));
            case 'e' -> append(sinceMark());
            case 'N' -> push(Nothing.NONE);
            case 'G' -> push(number());
            case 'c' -> push(PickleNames.of(name, line(), line()));
            case 'X' -> push(text());
            case 'K' -> push((long) next());
            case 'M' -> push((long) (next() | next() << Byte.SIZE));
            case 'J' -> push((long) integer());
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'q' -> remember(next());
            case 'r' -> remember(integer());
            case 'h' -> push(remembered(next()));
            case 'j' -> push(remembered(integer()));
            case 't' -> push(new Parts(sinceMark()));
            case 0x85 -> push(new Parts(last(1)));
            case 0x86 -> push(new Parts(last(2)));
            case 0x87 -> push(new Parts(last(3)));
            case 's' -> put(last(2));
            case 'u' -> put(sinceMark());
            case 'Q' -> push(storage(pop()));
            case 'R' -> {
                Object parts = pop();
                push(PickleNames.make(name, pop(), parts));
            }
            case 'b' -> {
                Object state = pop();
                if (!(state instanceof Dictionary) || !(top() instanceof Dictionary)) {
                    throw wrong("gives " + PickleNames.declared(top()) + " the state " + PickleNames.declared(state)
                            + ", expected that of a dictionary"); // attributes such as _metadata, which are not read
                }
            }
            default ->
                throw wrong("its pickle has " + PickleNames.opcode(opcode) + " at byte " + at
                        + ", expected tensors and dictionaries alone; in Python write them with"
                        + " torch.save(model.state_dict(), file)");
        }
    }

    private void put(List<Object> pairs) throws IOException {
        if (!(top() instanceof Dictionary dictionary) || pairs.size() % 2 != 0) {
            throw wrong("puts " + pairs.size() + " values into " + PickleNames.declared(top())
                    + ", expected pairs and a dictionary");
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            String key = switch (pairs.get(i)) {
                case String text -> text;
                case Long number -> number.toString(); // keys of an optimizer's parameters
                default -> throw wrong("has " + PickleNames.declared(pairs.get(i)) + " for a key, expected a text");
            };
            if (dictionary.members.put(key, pairs.get(i + 1)) != null) {
                throw wrong("has the key " + JsonValue.quoted(key) + " twice in one dictionary");
            }
        }
    }

    private void append(List<Object> items) throws IOException {
        if (!(top() instanceof Items list)) {
            throw wrong("appends " + items.size() + " values to " + PickleNames.declared(top()) + ", expected a list");
        }
        list.items.addAll(items);
    }

    /** Returns the storage of a persistent id: {@code ("storage", type, key, device, count)}. */
    private Storage storage(Object id) throws IOException {
        if (id instanceof Parts(List<Object> items)
                && items.size() == 5
                && items.get(0).equals("storage")
                && items.get(1) instanceof PickleNames type
                && type.type() != null
                && items.get(2) instanceof String key
                && items.get(3) instanceof String
                && items.get(4) instanceof Long count
                && count >= 0) {
            return new Storage(type, key, count);
        }
        throw wrong(
                "names " + PickleNames.declared(id) + " as data, expected a storage with type, key, device and count");
    }

    private int next() throws IOException {
        requireBytes(1);
        return Byte.toUnsignedInt(program.get());
    }

    private int integer() throws IOException {
        requireBytes(Integer.BYTES);
        return program.getInt();
    }

    /** Pickle stores floats big-endian, and only floats. */
    private double number() throws IOException {
        requireBytes(Double.BYTES);
        return Double.longBitsToDouble(Long.reverseBytes(program.getLong()));
    }

    private void requireBytes(int count) throws IOException {
        if (program.remaining() < count) {
            throw wrong("its pickle ends at byte " + program.limit() + ", expected more");
        }
    }

    private String text() throws IOException {
        int length = integer();
        if (length < 0 || length > MOST_TEXT_BYTES) {
            throw wrong("has a text of " + Integer.toUnsignedString(length) + " bytes, expected at most "
                    + MOST_TEXT_BYTES);
        }
        requireBytes(length);
        ByteBuffer bytes = program.slice(program.position(), length);
        program.position(program.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException malformed) {
            throw new IOException(name + ": has a text that is no UTF-8 in its pickle", malformed);
        }
    }

    private String line() throws IOException {
        int start = program.position();
        int end = start;
        while (end < program.limit() && end - start <= MOST_TEXT_BYTES && program.get(end) != '\n') {
            end++;
        }
        if (end == program.limit() || program.get(end) != '\n') {
            throw wrong("has a name in its pickle without an end of at most " + MOST_TEXT_BYTES + " bytes");
        }
        program.position(end + 1);
        return new String(program.array(), start, end - start, StandardCharsets.UTF_8);
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object top() throws IOException {
        if (stack.isEmpty() || stack.getLast() == MARK) {
            throw wrong("its pickle takes a value where there is none");
        }
        return stack.getLast();
    }

    private Object pop() throws IOException {
        Object value = top();
        stack.removeLast();
        return value;
    }

    private List<Object> last(int count) throws IOException {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(pop());
        }
        return values.reversed();
    }

    private List<Object> sinceMark() throws IOException {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw wrong("its pickle takes values since a mark, expected that there is one");
        }
        List<Object> values = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return values;
    }

    private void remember(int index) throws IOException {
        if (index != memo.size()) {
            throw wrong("its pickle keeps a value under number " + Integer.toUnsignedString(index) + ", expected "
                    + memo.size() + ", the next one");
        }
        memo.add(top());
    }

    private Object remembered(int index) throws IOException {
        if (index < 0 || index >= memo.size()) {
            throw wrong("its pickle asks for the value number " + Integer.toUnsignedString(index) + ", expected one of "
                    + memo.size());
        }
        return memo.get(index);
    }

    private IOException wrong(String what) {
        return new IOException(name + ": " + what);
    }
}
