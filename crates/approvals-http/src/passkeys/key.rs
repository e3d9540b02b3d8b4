//! A reviewer's key, as the log has it and as the library for passkeys takes it.

use approvals_core::{PasskeyError, PasskeyPublic, ReviewerKey};
use webauthn_rs::prelude::{Credential, Passkey};
use webauthn_rs_core::proto::{
    AttestationFormat, COSEAlgorithm, COSEEC2Key, COSEKey, COSEKeyType, COSEOKPKey, COSERSAKey,
    ECDSACurve, EDDSACurve, ParsedAttestation, RegisteredExtensions, UserVerificationPolicy,
};

/// The kinds of key that every gate can verify, by their numbers (COSE). What authenticators make beside them is not asked
/// for.
pub(super) const KINDS: [i64; 3] =
    [COSEAlgorithm::ES256 as i64, COSEAlgorithm::EDDSA as i64, COSEAlgorithm::RS256 as i64];

/// The key as the library takes it. `counter` is what its authenticator had counted to when it was last seen here.
pub(super) fn stored(key: &ReviewerKey, counter: u32) -> Option<Passkey> {
    let credential = Credential {
        cred_id: key.credential_bytes().to_vec(),
        cred: cose(key.public())?,
        counter,
        transports: None,
        user_verified: true,
        backup_eligible: key.is_backup_eligible(),
        backup_state: false,
        registration_policy: UserVerificationPolicy::Required,
        extensions: RegisteredExtensions::none(),
        attestation: ParsedAttestation::default(),
        attestation_format: AttestationFormat::None,
    };
    Some(credential.into())
}

fn cose(public: PasskeyPublic<'_>) -> Option<COSEKey> {
    let (type_, key) = match public {
        PasskeyPublic::Es256 { x, y } => {
            let (x, y) = (x.to_vec(), y.to_vec());
            let curve = ECDSACurve::SECP256R1;
            (COSEAlgorithm::ES256, COSEKeyType::EC_EC2(COSEEC2Key { curve, x, y }))
        }
        PasskeyPublic::Ed25519(x) => {
            let (curve, x) = (EDDSACurve::ED25519, x.to_vec());
            (COSEAlgorithm::EDDSA, COSEKeyType::EC_OKP(COSEOKPKey { curve, x }))
        }
        PasskeyPublic::Rs256 { n, e } => {
            let (n, e) = (n.to_vec(), e.try_into().ok()?);
            (COSEAlgorithm::RS256, COSEKeyType::RSA(COSERSAKey { n, e }))
        }
    };
    Some(COSEKey { type_, key })
}

/// The key as the log has it.
pub(super) fn enrolled(site: &str, passkey: Passkey) -> Result<ReviewerKey, PasskeyError> {
    let Credential { cred_id, cred, backup_eligible, .. } = passkey.into();
    let key = match (cred.type_, &cred.key) {
        (
            COSEAlgorithm::ES256,
            COSEKeyType::EC_EC2(COSEEC2Key { curve: ECDSACurve::SECP256R1, x, y }),
        ) => ReviewerKey::es256(site, &cred_id, x, y),
        (
            COSEAlgorithm::EDDSA,
            COSEKeyType::EC_OKP(COSEOKPKey { curve: EDDSACurve::ED25519, x }),
        ) => ReviewerKey::ed25519(site, &cred_id, x),
        (COSEAlgorithm::RS256, COSEKeyType::RSA(COSERSAKey { n, e })) => {
            ReviewerKey::rs256(site, &cred_id, n, e)
        }
        _other => Err(PasskeyError::Malformed),
    }?;
    Ok(if backup_eligible { key.backup_eligible() } else { key })
}
