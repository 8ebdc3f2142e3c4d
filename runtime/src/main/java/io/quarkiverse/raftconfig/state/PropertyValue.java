package io.quarkiverse.raftconfig.state;

import org.jspecify.annotations.Nullable;

/** What a value may hold: any text without an expression. */
public final class PropertyValue {
    private PropertyValue() {
    }

    /**
     * What is wrong with {@code value}, and what is allowed; null if it may be written. The answer does not quote it.
     * <p>
     * An expression would let whoever writes a property read any other, passwords of the application included.
     */
    public static @Nullable String problem(String value) {
        if (value.contains("${")) {
            return "must not hold an expression: write the text that ${...} stands for";
        }
        return isUnicode(value) ? null : "must be Unicode text: it holds half of a surrogate pair";
    }

    /** Whether {@code text} can be put into UTF-8 and comes out the same. */
    public static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
