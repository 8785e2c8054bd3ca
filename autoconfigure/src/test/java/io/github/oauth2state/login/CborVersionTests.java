package io.github.oauth2state.login;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CborAuthorizationRequestCodec}: bytes of earlier and of later
 * versions.
 */
class CborVersionTests {

	private final CborAuthorizationRequestCodec codec = new CborAuthorizationRequestCodec();

	/**
	 * Recorded once. Logins that an earlier version began must be completed by this one.
	 */
	@Test
	void bytesOfEarlierVersionsAreRead() {
		byte[] recorded = HexFormat.of().parseHex("""
				bf01782068747470733a2f2f69642e6578616d706c652e636f6d2f617574686f72697a65026b6f6e6c696e652d\
				73686f7003783368747470733a2f2f73686f702e6578616d706c652e636f6d2f6c6f67696e2f6f61757468322f\
				636f64652f6b6579636c6f616b0482666f70656e696465656d61696c05a36e636f64655f6368616c6c656e6765\
				810075636f64655f6368616c6c656e67655f6d6574686f6481006670726f6d7074656c6f67696e06a66f726567\
				697374726174696f6e5f6964686b6579636c6f616b656e6f6e636558209e79e79e79e79e79e79e79e79e79e79e\
				79e79e79e79e79e79e79e79e79e79e796d636f64655f766572696669657258207418dfb49799e0254ffa607dd8\
				adbbba16d4254d69d6bff05b58055853848d79646c6f6e6782016137666e65737465648414831661618215f582\
				096575726e3a62820263312e35646e756c6cf607782068747470733a2f2f69642e6578616d706c652e636f6d2f\
				656c73657768657265ff""");
		assertThat(this.codec.decode(recorded, "a-state")).isEqualTo(TestRequests.recorded());
	}

	/**
	 * Names that most logins have take one byte each.
	 */
	@Test
	void bytesAreThoseThatLaterVersionsHaveToRead() {
		byte[] recorded = HexFormat.of().parseHex("""
				bf01782068747470733a2f2f69642e6578616d706c652e636f6d2f617574686f72697a65026b6f6e6c696e652d\
				73686f7003783368747470733a2f2f73686f702e6578616d706c652e636f6d2f6c6f67696e2f6f61757468322f\
				636f64652f6b6579636c6f616b0482666f70656e696465656d61696c05a361048100610581006670726f6d7074\
				656c6f67696e06a66101686b6579636c6f616b610358209e79e79e79e79e79e79e79e79e79e79e79e79e79e79e\
				79e79e79e79e79e79e79610258207418dfb49799e0254ffa607dd8adbbba16d4254d69d6bff05b58055853848d\
				79646c6f6e6782016137666e65737465648414831661618215f582096575726e3a62820263312e35646e756c6c\
				f607782068747470733a2f2f69642e6578616d706c652e636f6d2f656c73657768657265ff""");
		assertThat(this.codec.encode(TestRequests.recorded())).isEqualTo(recorded);
		assertThat(this.codec.decode(recorded, "a-state")).isEqualTo(TestRequests.recorded());
	}

	@Test
	void nameThatALaterVersionShortensIsRefused() {
		String bytes = HexFormat.of().formatHex(this.codec.encode(TestRequests.withAttribute("x", "y")));
		for (String name : List.of("6106", "611f", "620178")) {
			byte[] later = HexFormat.of().parseHex(bytes.replace("6178" + "6179", name + "6179"));
			assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(later, "state"));
		}
	}

	@Test
	void fieldsOfANewerWriterAreSkipped() {
		OAuth2AuthorizationRequest request = TestRequests.oidc();
		byte[] bytes = this.codec.encode(request);
		// An indefinite-length map, RFC 8949, section 3.2.2: fields, then a break.
		assertThat(bytes).startsWith(0xbf).endsWith(0xff);
		List<String> fields = List.of("08" + "01", "08" + "f6", "08" + "6161", "08" + "4101",
				"08" + "fb3ff8000000000000", "08" + "80", "08" + "a0", "08" + "83010203", "08" + "9f8201a16161f5ff",
				"08" + "a1616101", "08" + "bf6161bf6162820102ffff", "1863" + "01", "1903e8" + "01",
				"08" + "c11a514b67b0", "6138" + "01");
		for (String field : fields) {
			byte[] inserted = HexFormat.of().parseHex(field);
			for (int at : new int[] { 1, bytes.length - 1 }) {
				OAuth2AuthorizationRequest read = this.codec.decode(insert(bytes, at, inserted), request.getState());
				assertThat(read).as("%s at %d", field, at).isEqualTo(request);
			}
		}
	}

	private static byte[] insert(byte[] bytes, int at, byte[] inserted) {
		ByteArrayOutputStream joined = new ByteArrayOutputStream();
		joined.write(bytes, 0, at);
		joined.writeBytes(inserted);
		joined.write(bytes, at, bytes.length - at);
		return joined.toByteArray();
	}

}
