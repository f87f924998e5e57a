package dev.spikelane.io.file;

import static dev.spikelane.Failures.assertIllegalState;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

    @Test
    void writesNestedValues() {
        JsonWriter json = new JsonWriter()
                .object()
                .name("a")
                .array()
                .value(1)
                .value(2.5)
                .value(true)
                .value(Double.NaN)
                .end()
                .name("b")
                .object()
                .end()
                .name("c")
                .strings(List.of("x", "y"))
                .name("d")
                .integers(List.of(3, 4))
                .end();
        assertEquals("{\"a\":[1,2.5,true,null],\"b\":{},\"c\":[\"x\",\"y\"],\"d\":[3,4]}", json.toString());
    }

    @Test
    void cannotEndAScriptElement() {
        String text = new JsonWriter().value("</script><!-- & \u2028").toString();
        assertEquals("\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028\"", text);
    }

    @Property
    void anyStringComesBack(@ForAll String name, @ForAll String value) throws IOException {
        String text = new JsonWriter().object().name(name).value(value).end().toString();
        JsonNode read = new ObjectMapper().readTree(text);
        assertEquals(value, read.get(name).asText());
        assertFalse(text.contains("<") || text.contains("&"), text);
        assertTrue(text.chars().allMatch(character -> character >= ' '), text);
    }

    @Test
    void refusesUnbalancedText() {
        JsonWriter json = new JsonWriter().object();
        assertIllegalState("1 objects or arrays are open", json::text);
        assertEquals("{", json.toString());
        assertEquals("{}", json.end().text());
        assertIllegalState("there is no open object or array", json::end);
    }
}
