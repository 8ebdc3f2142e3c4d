package io.quarkiverse.raftconfig.state;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What a property may be called: a MicroProfile Config name.
 *
 * <pre>
 * name    = [ "%" profile "." | "%{" profile { "," profile } "}." ] segment { index } { "." segment { index } }
 * profile = word
 * segment = word | '"' quoted '"'
 * word    = one or more of A-Z a-z 0-9 _ -
 * quoted  = one or more printable ASCII characters but " \ and /, no two dots in a row
 * index   = "[" 0 or a number without leading zero, at most nine digits "]"
 * </pre>
 */
public final class PropertyName {
    public static final int BYTES_MAX = 255;

    private final String name;
    private int at;

    private PropertyName(String name) {
        this.name = name;
    }

    /** What is wrong with {@code name}, and what is allowed; null if it is a name. The answer does not quote it. */
    public static @Nullable String problem(String name) {
        if (name.isEmpty()) {
            return "must not be empty";
        } else if (name.length() > BYTES_MAX || name.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            return "must have at most " + BYTES_MAX + " bytes";
        }
        PropertyName reader = new PropertyName(name);
        if (reader.readName()) {
            return null;
        }
        return "must be segments of [A-Za-z0-9_-] or \"quoted\" ones, with a dot between two of them and perhaps an index"
                + " such as [0] behind one, and perhaps %profile. in front; what is at character " + (reader.at + 1)
                + " does not belong there";
    }

    public static boolean isValid(String name) {
        return problem(name) == null;
    }

    /**
     * The name by which rules recognise it: without a profile in front, without quotes, in lower case. Of whatever is no name
     * as well: rules also look at what was stored before they were made.
     */
    static String bare(String name) {
        String rest = name;
        while (rest.startsWith("%")) {
            int dot = rest.startsWith("%{") ? rest.indexOf("}.") + 1 : rest.indexOf('.');
            if (dot <= 0) {
                break;
            }
            rest = rest.substring(dot + 1);
        }
        return rest.replace("\"", "").toLowerCase(Locale.ROOT);
    }

    private boolean readName() {
        if (peek('%') && !readProfile()) {
            return false;
        }
        do {
            if (!readSegment()) {
                return false;
            }
            while (peek('[')) {
                if (!readIndex()) {
                    return false;
                }
            }
        } while (skip('.'));
        return at == name.length();
    }

    private boolean readProfile() {
        at++;
        if (!skip('{')) {
            return readWord() && skip('.');
        }
        do {
            if (!readWord()) {
                return false;
            }
        } while (skip(','));
        return skip('}') && skip('.');
    }

    private boolean readSegment() {
        return skip('"') ? readQuoted() : readWord();
    }

    private boolean readWord() {
        int start = at;
        while (at < name.length() && isOfWord(name.charAt(at))) {
            at++;
        }
        return at > start;
    }

    private boolean readQuoted() {
        int start = at;
        while (at < name.length() && name.charAt(at) != '"') {
            char c = name.charAt(at);
            boolean secondDot = c == '.' && name.charAt(at - 1) == '.';
            if (c < ' ' || c > '~' || c == '\\' || c == '/' || secondDot) {
                return false;
            }
            at++;
        }
        return at > start && skip('"');
    }

    private boolean readIndex() {
        at++;
        int start = at;
        while (at < name.length() && name.charAt(at) >= '0' && name.charAt(at) <= '9') {
            at++;
        }
        int digits = at - start;
        boolean leadingZero = digits > 1 && name.charAt(start) == '0';
        return digits > 0 && digits < 10 && !leadingZero && skip(']');
    }

    private boolean peek(char expected) {
        return at < name.length() && name.charAt(at) == expected;
    }

    private boolean skip(char expected) {
        boolean there = peek(expected);
        at += there ? 1 : 0;
        return there;
    }

    private static boolean isOfWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
}
