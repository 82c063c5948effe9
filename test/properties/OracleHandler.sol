// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Hashes } from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import { IPowerNFT } from "../../contracts/power/IPowerNFT.sol";
import { IPowerOracle } from "../../contracts/power/IPowerOracle.sol";
import { PEOPLE, personAt } from "./Attestors.sol";
import { PowerHandler } from "./PowerHandler.sol";

/// @title Everybody who has to do with the oracle, at random, beside all that PowerHandler does
/// @notice Members may lie: they change their word, contradict each other and agree on pages that no honest report has.
/// What the oracle must answer is worked out first, each time, from votes and frames that are kept here.
abstract contract OracleHandler is PowerHandler {
    uint64 private constant FRAME_EPOCHS = 2_880;
    uint16 private constant MAX_AGE = 3;
    /// @dev Pages of a drafted report; the leaf behind them is the skip of a miner.
    uint256 private constant PAGES = 3;
    uint256 private constant LEAVES = 4;
    /// @dev Drafts of one frame that members choose from.
    uint256 private constant MAX_DRAFTS = 3;
    /// @dev Agreed reports that pages are taken from: the last ones, some of them too old.
    uint256 private constant RECENT = 5;
    uint256 private constant KEYS = 5;
    string private constant REASON = "the claim does not add up";

    struct Page {
        uint64 minerId;
        uint256[] ids;
        uint64[] weights;
    }
    struct Word {
        uint16 frame;
        bytes32 root;
    }
    struct Evidence {
        uint64[] sectors;
        IPowerOracle.Proof[] proofs;
        bytes[] aux;
    }

    IPowerOracle public immutable ORACLE;

    address[] private _members;
    uint256 private _quorum;
    mapping(address member => Word) private _words;
    mapping(address member => address key) private _delegates;
    mapping(address key => address member) private _delegators;
    mapping(uint16 frame => bytes32 root) private _roots;
    uint16 private _lastFrame;
    /// @dev Frames whose agreed report is one of the drafts, ascending.
    uint16[] private _agreed;
    /// @dev Roots of reports that members may speak for.
    mapping(uint16 frame => bytes32[]) private _drafts;
    mapping(bytes32 root => bytes32[LEAVES]) private _leaves;
    mapping(bytes32 root => bytes[PAGES]) private _pages;
    mapping(bytes32 root => uint256 bits) private _applied;

    constructor() {
        ORACLE = IPowerOracle(NFT.ORACLE());
        (_members, _quorum) = (ORACLE.members(), ORACLE.quorum());
    }

    /// @inheritdoc PowerHandler
    function actions() public view virtual override returns (bytes4[] memory all) {
        bytes4[] memory others = super.actions();
        uint256 n = others.length;
        all = new bytes4[](n + 8);
        for (uint256 i = 0; i < n; ++i) all[i] = others[i];
        all[n] = this.submit.selector;
        all[n + 1] = this.agree.selector;
        all[n + 2] = this.applyPage.selector;
        all[n + 3] = this.announceSkip.selector;
        all[n + 4] = this.challenge.selector;
        all[n + 5] = this.setMembers.selector;
        all[n + 6] = this.setDelegate.selector;
        all[n + 7] = this.intrude.selector;
    }

    // LEVERS OF THE CHAIN

    /// @dev What the chain says of a sector.
    /// @return status 0 dead, 1 active, 2 faulty.
    /// @return aux Where it is.
    /// @return expiration -1 when there is no such sector.
    function _sectorOnChain(
        uint64 minerId,
        uint64 sector
    ) internal view virtual returns (uint64 status, bytes memory aux, int256 expiration);

    // ACTIONS

    /// @dev One word of anybody: a member, its delegate, or neither.
    function submit(uint256 who, uint256 seed) external counted {
        address by = who % 4 == 0 ? _keyAt(who >> 8) : personAt(who >> 8);
        uint16 frame = _someFrame(seed);
        bytes32 root = seed % 32 == 31 ? bytes32(0) : _someDraft(frame, seed >> 8);
        address member = _isMember(by) ? by : _delegators[by];
        bytes4 refusal = _refusalOfWord(member, frame, root);
        vm.prank(by);
        try ORACLE.submit(frame, root) {
            assertTrue(refusal == 0, "a word counts only from a member, on a frame that can be reported on");
            _heard(member, frame, root);
            _done(true);
        } catch (bytes memory error_) {
            _expect(error_, refusal, 0, 0);
        }
    }

    /// @dev Members say the same one after the other, until there is a quorum.
    function agree(uint256 seed) external counted {
        _agreeOnDraft(seed);
        _done(true);
    }

    function applyPage(uint256 which, uint256 seed) external counted {
        (uint16 frame, uint256 n) = _somePageToApply(which, seed);
        if (frame == 0) return;
        bytes32 root = _roots[frame];
        Page memory page = abi.decode(_pages[root][n], (Page));
        bool tampered = _tamper(page, seed >> 16);
        bytes4 refusal = tampered ? IPowerOracle.NotInReport.selector : _refusalOfPage(frame, page);
        if (_isTooOld(frame)) refusal = IPowerOracle.FrameTooOld.selector;
        bytes32 books = _booksOnceSynced(page.minerId, seed >> 8);
        try ORACLE.applyPage(frame, page.minerId, page.ids, page.weights, _proofOf(root, n)) {
            assertTrue(refusal == 0, "only a page of an agreed report that is neither old nor overtaken is applied");
            _assertSameBooks(books);
            _weighed(page.minerId, frame, page.ids, page.weights);
            _applied[root] |= 1 << n;
            _done(page.ids.length != 0);
        } catch (bytes memory error_) {
            _expect(error_, refusal, 0, 0);
        }
    }

    /// @dev A skip is said, and a page is no skip; neither changes anything.
    function announceSkip(uint256 which, uint256 seed) external counted {
        if (_agreed.length == 0) _agreeOnDraft(seed);
        uint16 frame = _agreed[which % _agreed.length];
        uint256 n = seed % 4 == 0 ? (seed >> 8) % LEAVES : PAGES;
        bytes4 refusal = n == PAGES ? bytes4(0) : IPowerOracle.NotInReport.selector;
        bytes32 books = _books();
        try ORACLE.announceSkip(frame, _minerIds[0], REASON, _proofOf(_roots[frame], n)) {
            assertTrue(refusal == 0, "only a skip of an agreed report is announced");
            assertTrue(_books() == books, "a skip changes no income");
            _done(true);
        } catch (bytes memory error_) {
            _expect(error_, refusal, 0, 0);
        }
    }

    function challenge(uint256 i, uint256 seed) external counted {
        if (_live.length == 0) return;
        uint256 id = _live[i % _live.length];
        for (uint256 k = 0; k < _live.length && !(NFT.weightOf(id) != 0 && _isProvable(id)); ++k) id = _live[k];
        (Evidence memory e, bool lie) = _evidence(id, seed);
        uint64 nominal = NFT.nominalPowerOf(id);
        uint256 all = _sectors[id].count;
        uint64 weight = e.sectors.length > all ? 0 : uint64((nominal * (all - e.sectors.length)) / all);
        bytes4 refusal = _refusalOfChallenge(id, e, lie, weight);
        bytes32 books = _booksOnceSynced(_minerOf(id), seed >> 8);
        try ORACLE.challenge(id, e.sectors, e.proofs, e.aux) returns (uint64 given) {
            assertTrue(refusal == 0, "only what the chain confirms lowers a weight");
            assertEq(given, weight, "the part of nominal power whose sectors were not proven");
            _assertSameBooks(books);
            _lowered(id, _frameOfNow(), weight);
            _done(true);
        } catch (bytes memory error_) {
            _expect(error_, refusal, 0, 0);
        }
    }

    function setMembers(uint256 seed) external counted {
        address[] memory members = new address[](PEOPLE);
        uint256 count = 0;
        for (uint256 n = 0; n < PEOPLE; ++n) {
            if ((seed >> n) % 2 == 0) members[count++] = personAt(n);
        }
        assembly ("memory-safe") {
            mstore(members, count)
        }
        uint256 quorum = count / 2 + ((seed >> 8) % (count / 2 + 3));
        bytes4 refusal = 0;
        if (quorum <= count / 2 || quorum > count) refusal = IPowerOracle.BadQuorum.selector;
        bool unordered = (seed >> 16) % 8 == 0 && count > 1;
        if (unordered) members[count - 1] = members[0];
        if (unordered || count == 0) refusal = IPowerOracle.BadMembers.selector;
        try ORACLE.setMembers(members, quorum) {
            assertTrue(refusal == 0, "members ascend, and a quorum is a majority of them");
            (_members, _quorum) = (members, quorum);
            _done(true);
        } catch (bytes memory error_) {
            _expect(error_, refusal, 0, 0);
        }
    }

    function setDelegate(uint256 who, uint256 seed) external counted {
        address member = personAt(who);
        address key =
            seed % 4 == 0
                ? address(0)
                : seed % 8 == 1
                    ? personAt(seed >> 8)
                    : _keyAt(seed >> 8);
        bytes4 refusal = 0;
        if (key != address(0) && (_isMember(key) || _delegators[key] != address(0))) {
            refusal = IPowerOracle.DelegateTaken.selector;
        }
        if (!_isMember(member)) refusal = IPowerOracle.NotMember.selector;
        vm.prank(member);
        try ORACLE.setDelegate(key) {
            assertTrue(refusal == 0, "a key speaks for one member, and a member for itself");
            delete _delegators[_delegates[member]];
            _delegates[member] = key;
            if (key != address(0)) _delegators[key] = member;
            _done(true);
        } catch (bytes memory error_) {
            _expect(error_, refusal, 0, 0);
        }
    }

    /// @dev Nobody but the oracle sets a weight, however it is asked for.
    function intrude(uint256 who, uint256 seed) external counted {
        if (_live.length == 0) return;
        address[3] memory strangers = [personAt(who >> 8), _holders[(who >> 8) % _holders.length], address(this)];
        uint256[] memory ids = new uint256[](1);
        ids[0] = _live[seed % _live.length];
        uint64[] memory weights = new uint64[](1);
        weights[0] = NFT.nominalPowerOf(ids[0]);
        bytes memory call_ =
            seed % 2 == 0
                ? abi.encodeCall(NFT.applyWeights, (_minerOf(ids[0]), _frameOfNow() + 1, ids, weights))
                : abi.encodeCall(NFT.lowerWeight, (ids[0], _frameOfNow(), 0));
        vm.prank(strangers[who % 3]);
        (bool ok, bytes memory error_) = address(NFT).call(call_);
        assertTrue(!ok, "nobody but the oracle sets a weight");
        _expect(error_, IPowerNFT.NotOracle.selector, 0, 0);
        _done(true);
    }

    // INVARIANTS

    /// @inheritdoc PowerHandler
    function check() public virtual override {
        super.check();
        assertEq(ORACLE.lastFrame(), _lastFrame, "the last frame that was agreed on");
        assertLe(_lastFrame, _frameOfNow(), "no report of the future");
        assertTrue(ORACLE.isStale() == (_lastFrame + MAX_AGE < _frameOfNow()), "stale after so many frames");
        for (uint256 i = 0; i < _agreed.length && i < RECENT; ++i) {
            uint16 frame = _agreed[_agreed.length - 1 - i];
            assertTrue(ORACLE.rootOf(frame) == _roots[frame], "what was agreed on stays");
        }
        for (uint256 n = 0; n < PEOPLE; ++n) {
            (uint16 frame, bytes32 root) = ORACLE.voteOf(personAt(n));
            Word memory word = _words[personAt(n)];
            assertTrue(frame == word.frame && root == word.root, "what each person said last");
        }
    }

    // PARTS: WHO SAYS WHAT

    /// @dev A report of one page, of a frame in which none of its NFTs was spoken of: everybody agrees at once.
    function _report(
        uint64 minerId,
        uint256[] memory ids,
        uint64[] memory weights
    ) internal virtual override returns (uint16 frame) {
        uint16 spoken = _lastFrame;
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_attested[ids[i]].frame > spoken) spoken = _attested[ids[i]].frame;
        }
        _rollBeyond(spoken);
        frame = _frameOfNow();
        _agreeOn(frame, _pageLeaf(frame, Page(minerId, ids, weights)));
        ORACLE.applyPage(frame, minerId, ids, weights, new bytes32[](0));
    }

    function _agreeOnDraft(uint256 seed) private {
        uint16 frame = _freshFrame(seed);
        _agreeOn(frame, _someDraft(frame, seed >> 8));
    }

    function _agreeOn(uint16 frame, bytes32 root) private {
        for (uint256 i = 0; i < _members.length && _roots[frame] == 0; ++i) {
            address key = _delegates[_members[i]];
            // a key that became a member since then speaks for itself
            vm.prank(key == address(0) || _isMember(key) ? _members[i] : key);
            ORACLE.submit(frame, root);
            _heard(_members[i], frame, root);
        }
        assertTrue(_roots[frame] == root, "all members are a quorum");
    }

    /// @dev The reference of a vote: those who are members now and said the same last are counted.
    function _heard(address member, uint16 frame, bytes32 root) private {
        _words[member] = Word(frame, root);
        uint256 count = 0;
        for (uint256 i = 0; i < _members.length; ++i) {
            Word storage word = _words[_members[i]];
            if (word.frame == frame && word.root == root) ++count;
        }
        if (count >= _quorum) {
            assertGe(frame, uint256(_lastFrame) + 1, "frames only move forward");
            (_roots[frame], _lastFrame) = (root, frame);
            if (_leaves[root][0] != 0) _agreed.push(frame);
        }
        assertTrue(ORACLE.rootOf(frame) == _roots[frame], "agreed as soon as a quorum says the same, not before");
    }

    function _refusalOfWord(address member, uint16 frame, bytes32 root) private view returns (bytes4) {
        if (!_isMember(member)) return IPowerOracle.NotMember.selector;
        if (root == 0) return IPowerOracle.NoRoot.selector;
        if (frame > _frameOfNow()) return IPowerOracle.FrameNotBegun.selector;
        if (frame <= _lastFrame) return IPowerOracle.FrameOver.selector;
        if (_isTooOld(frame)) return IPowerOracle.FrameTooOld.selector;
        return 0;
    }

    function _isMember(address account) private view returns (bool) {
        for (uint256 i = 0; i < _members.length; ++i) {
            if (_members[i] == account) return true;
        }
        return false;
    }

    function _keyAt(uint256 n) private pure returns (address) {
        return address(uint160(0x40770000 + (n % KEYS)));
    }

    // PARTS: FRAMES

    function _frameOfNow() private view returns (uint16) {
        return uint16(block.number / FRAME_EPOCHS);
    }

    function _isTooOld(uint16 frame) private view returns (bool) {
        return frame + MAX_AGE < _frameOfNow();
    }

    function _rollBeyond(uint16 frame) private {
        if (frame >= _frameOfNow()) vm.roll((uint256(frame) + 1) * FRAME_EPOCHS);
    }

    /// @dev A frame that can be agreed on: that of now, or the oldest that is still open.
    function _freshFrame(uint256 seed) private returns (uint16 frame) {
        _rollBeyond(_lastFrame);
        frame = _frameOfNow();
        if (seed % 4 != 0) return frame;
        return _isTooOld(_lastFrame + 1) ? frame - MAX_AGE : _lastFrame + 1;
    }

    /// @dev Most often one that can be spoken of; at times of the future, the past, or agreed on already.
    function _someFrame(uint256 seed) private returns (uint16) {
        uint256 draw = seed % 8;
        if (draw == 0) return _frameOfNow() + 1;
        if (draw == 1) return _frameOfNow() - uint16((seed >> 32) % 6);
        if (draw == 2) return _lastFrame;
        return _freshFrame(seed >> 3);
    }

    // PARTS: REPORTS

    /// @dev One of the drafts of a frame, or another one.
    function _someDraft(uint16 frame, uint256 seed) private returns (bytes32) {
        bytes32[] storage drafts = _drafts[frame];
        if (drafts.length == MAX_DRAFTS || (drafts.length != 0 && seed % 4 != 0)) {
            return drafts[(seed >> 8) % drafts.length];
        }
        bytes[PAGES] memory pages;
        bytes32[LEAVES] memory leaves;
        for (uint256 n = 0; n < PAGES; ++n) {
            Page memory page = _draftPage(_minerAt(n), uint256(keccak256(abi.encode(seed, frame, n))));
            (pages[n], leaves[n]) = (abi.encode(page), _pageLeaf(frame, page));
        }
        leaves[PAGES] = _leaf(abi.encode("skip", frame, _minerIds[0], REASON));
        bytes32 root = Hashes.commutativeKeccak256(
            Hashes.commutativeKeccak256(leaves[0], leaves[1]),
            Hashes.commutativeKeccak256(leaves[2], leaves[3])
        );
        drafts.push(root);
        _leaves[root] = leaves;
        for (uint256 n = 0; n < PAGES; ++n) _pages[root][n] = pages[n];
        return root;
    }

    /// @dev Most often weights that an honest member might find; at times what PowerNFT must refuse.
    function _draftPage(uint64 minerId, uint256 seed) private view returns (Page memory page) {
        (page.ids, page.weights) = _somePage(minerId, seed, seed >> 16);
        page.minerId = minerId;
        uint256 last = page.ids.length;
        if (last == 0 || (seed >> 128) % 8 != 0) return page;
        --last;
        uint256 flaw = (seed >> 136) % 5;
        if (flaw == 0) page.weights[last] = NFT.nominalPowerOf(page.ids[last]) + 1;
        else if (flaw == 1) page.minerId = _minerIds[_minerIds[0] == minerId ? 1 : 0];
        else if (flaw == 2) page.ids[last] = NFT.minted() + 1;
        else if (flaw == 3) page.ids[0] = 0;
        else if (last != 0) page.ids[last] = page.ids[0];
    }

    function _refusalOfPage(uint16 frame, Page memory page) private view returns (bytes4) {
        if (page.ids.length == 0) return 0;
        bool fresh = false;
        uint256 previous = 0;
        for (uint256 i = 0; i < page.ids.length; ++i) {
            uint256 id = page.ids[i];
            if (id == 0 || id > NFT.minted()) return IPowerNFT.UnknownNFT.selector;
            if (id <= previous) return IPowerNFT.NotAscending.selector;
            previous = id;
            if (!_isLive(id)) {
                fresh = true;
                continue;
            }
            if (_minerOf(id) != page.minerId) return IPowerNFT.WrongMiner.selector;
            if (page.weights[i] > NFT.nominalPowerOf(id)) return IPowerNFT.WeightAboveNominal.selector;
            if (frame > _attested[id].frame) fresh = true;
        }
        return fresh ? bytes4(0) : IPowerNFT.StaleFrame.selector;
    }

    /// @dev A page that was not applied yet, if there is one; at times any page, of an old report too.
    function _somePageToApply(uint256 which, uint256 seed) private returns (uint16 frame, uint256 n) {
        uint256 recent = _agreed.length < RECENT ? _agreed.length : RECENT;
        if (which % 4 == 0 && recent != 0) {
            return (_agreed[_agreed.length - 1 - ((which >> 8) % recent)], (which >> 16) % PAGES);
        }
        for (uint256 k = 0; k < recent * PAGES; ++k) {
            uint256 at = ((which >> 8) + k) % (recent * PAGES);
            (frame, n) = (_agreed[_agreed.length - 1 - at / PAGES], at % PAGES);
            if (!_isTooOld(frame) && (_applied[_roots[frame]] >> n) % 2 == 0) return (frame, n);
        }
        _agreeOnDraft(seed);
        return (_lastFrame, (which >> 16) % PAGES);
    }

    /// @dev Now and then a page that nobody agreed on.
    function _tamper(Page memory page, uint256 seed) private view returns (bool) {
        if (seed % 8 != 0) return false;
        if (page.ids.length == 0 || seed % 16 == 0) {
            page.minerId = _minerIds[_minerIds[0] == page.minerId ? 1 : 0];
        } else {
            page.weights[(seed >> 8) % page.ids.length] ^= uint64(1 << ((seed >> 16) % 40));
        }
        return true;
    }

    function _proofOf(bytes32 root, uint256 n) private view returns (bytes32[] memory proof) {
        bytes32[LEAVES] storage leaves = _leaves[root];
        proof = new bytes32[](2);
        proof[0] = leaves[n ^ 1];
        uint256 other = (n & 2) ^ 2;
        proof[1] = Hashes.commutativeKeccak256(leaves[other], leaves[other + 1]);
    }

    function _pageLeaf(uint16 frame, Page memory page) private pure returns (bytes32) {
        return _leaf(abi.encode("page", frame, page.minerId, page.ids, page.weights));
    }

    function _leaf(bytes memory fields) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(fields)));
    }

    // PARTS: CHALLENGES

    /// @dev Whether one of an NFT's sectors does not count.
    function _isProvable(uint256 id) private view returns (bool) {
        IPowerNFT.SectorRange memory range = _sectors[id];
        for (uint64 k = 0; k < range.count; ++k) {
            (uint64 status, , int256 expiration) = _sectorOnChain(_minerOf(id), range.start + k);
            if (status != 1 || expiration < int256(uint256(_expiry(id)))) return true;
        }
        return false;
    }

    /// @dev Most of the sectors that do not count, each with a reason that holds; at times one with a reason that does
    /// not, or a sector of somebody else.
    function _evidence(uint256 id, uint256 seed) private view returns (Evidence memory e, bool lie) {
        IPowerNFT.SectorRange memory range = _sectors[id];
        uint256 count = 0;
        e.sectors = new uint64[](range.count + 1);
        e.proofs = new IPowerOracle.Proof[](range.count + 1);
        e.aux = new bytes[](range.count + 1);
        for (uint64 k = 0; k < range.count; ++k) {
            uint256 draw = uint256(keccak256(abi.encode(seed, k)));
            (uint64 status, bytes memory aux, int256 expiration) = _sectorOnChain(_minerOf(id), range.start + k);
            bool ends = expiration < int256(uint256(_expiry(id)));
            bool lies = draw % 64 == 0;
            if (draw % 8 == 1 || (status == 1 && !ends && !lies)) continue;
            bool byStatus = lies || (status != 1 && (!ends || draw % 2 == 0));
            e.sectors[count] = range.start + k;
            e.aux[count] = byStatus ? aux : bytes("");
            e.proofs[count] = IPowerOracle.Proof.Expiration;
            if (byStatus) e.proofs[count] = IPowerOracle.Proof(lies ? (status + 2) % 3 : status);
            // a dead sector that is called faulty, an active one dead, a faulty one active
            lie = lie || lies;
            ++count;
        }
        if (count != 0 && (seed >> 32) % 16 == 0) {
            e.sectors[count] = range.start + range.count;
            e.proofs[count++] = IPowerOracle.Proof.Expiration;
        }
        (uint64[] memory sectors, IPowerOracle.Proof[] memory proofs, bytes[] memory auxs) = (
            e.sectors,
            e.proofs,
            e.aux
        );
        assembly ("memory-safe") {
            mstore(sectors, count)
            mstore(proofs, count)
            mstore(auxs, count)
        }
    }

    function _refusalOfChallenge(uint256 id, Evidence memory e, bool lie, uint64 weight) private view returns (bytes4) {
        if (e.sectors.length == 0) return IPowerOracle.BadLengths.selector;
        if (!_attested[id].ever) return IPowerOracle.NotAttested.selector;
        IPowerNFT.SectorRange memory range = _sectors[id];
        if (e.sectors[e.sectors.length - 1] >= range.start + range.count) return IPowerOracle.ForeignSector.selector;
        if (lie) return IPowerOracle.NotProven.selector;
        bool lower = weight < MODEL.nft(id).weight && block.number < _expiry(id);
        return lower ? bytes4(0) : IPowerNFT.NothingToLower.selector;
    }

    // PARTS: INCOME

    /// @dev Half of the times, measures the miner's income first: then a change of weights must leave every figure as it is.
    function _booksOnceSynced(uint64 minerId, uint256 seed) private returns (bytes32) {
        if (seed % 2 == 0) return 0;
        NFT.sync(minerId);
        _reconcile(minerId);
        return _books();
    }

    function _assertSameBooks(bytes32 books) private view {
        assertTrue(books == 0 || books == _books(), "income already earned never changes");
    }

    /// @dev What every NFT earned, can be paid and was paid.
    function _books() private view returns (bytes32 books) {
        for (uint256 i = 0; i < _live.length; ++i) {
            uint256 id = _live[i];
            books = keccak256(abi.encode(books, NFT.earnedOf(id), NFT.payableOf(id), NFT.paidOf(id), NFT.unpaidOf(id)));
        }
    }
}
